# A density p and a Gaussian q, and both divergences over all q, with their minima:
#   gnuplot -c figure.gp DIRECTORY
# reads densities.csv, divergence.csv, surfaces.csv and fit.csv there and writes figure.png and figure.svg beside them.
dir = ARG1
here = ARG0[1:strlen(ARG0) - strlen('figure.gp')]
load here.'style.gp'
set datafile separator comma
stats dir.'/divergence.csv' using 1 skip 1 nooutput;  mu = STATS_min
stats dir.'/divergence.csv' using 2 skip 1 nooutput;  sigma = STATS_min
stats dir.'/divergence.csv' using 3 skip 1 nooutput;  forward = STATS_min
stats dir.'/divergence.csv' using 4 skip 1 nooutput;  reverse = STATS_min
set print $q
print mu, sigma
set print $obstacles
print mu, sigma
unset print
load here.'minima.gp'
load here.'surface.gp'
set datafile separator comma
stats dir.'/densities.csv' skip 1 nooutput;  components = STATS_columns - 3
stats dir.'/densities.csv' using 2 skip 1 nooutput;  top = STATS_max
stats dir.'/densities.csv' using (column(3 + components)) skip 1 nooutput;  top = (STATS_max > top ? STATS_max : top)
# What is seen of x: where p or q is above a thousandth of the highest.
stats dir.'/densities.csv' using ($2 > 1e-3*top || column(3 + components) > 1e-3*top ? $1 : NaN) skip 1 nooutput
x_min = STATS_min - 0.12*(STATS_max - STATS_min);  x_max = STATS_max + 0.12*(STATS_max - STATS_min)
set palette defined (0 '#440154', 1 '#482878', 2 '#3e4989', 3 '#31688e', 4 '#26828e', 5 '#1f9e89', 6 '#35b779', 7 '#6ece58', 8 '#b5de2b', 9 '#fde725')
set style textbox opaque fillcolor rgb '#ffffff' noborder margins 0.6,0.5

do for [type in "png svg"] {
  eval(open(type, 'figure', 1800, 860))
  set datafile separator comma
  set multiplot

  set lmargin at screen 0.075;  set rmargin at screen 0.535
  set bmargin at screen 0.15;  set tmargin at screen 0.87
  set border 3 lc rgb ink
  set label forward_name.sprintf(' = %.2f', forward) at graph 0.26,1.08 center textcolor rgb forward_colour font letters(24)
  set label reverse_name.sprintf(' = %.2f', reverse) at graph 0.74,1.08 center textcolor rgb reverse_colour font letters(24)
  set label '{/:Italic x}' at screen 0.305,0.065 center textcolor rgb ink
  set label 'density' at graph -0.07,1.04 left textcolor rgb ink
  set xrange [x_min:x_max];  set yrange [0:1.08*top]
  set key top left Left reverse
  plot dir.'/densities.csv' using 1:2 skip 1 with filledcurves y=0 fc rgb p_colour fs transparent solid 0.14 noborder notitle, \
       dir.'/densities.csv' using 1:2 skip 1 with lines lc rgb p_colour lw 4.5 title '{/:Italic p}', \
       for [k=1:components] dir.'/densities.csv' using 1:(column(2 + k)) skip 1 with lines lc rgb ink lw 1.6 dt (6,5) \
           title (k == 1 ? 'components of {/:Italic p}' : ''), \
       dir.'/densities.csv' using 1:(column(3 + components)) skip 1 with lines lc rgb q_colour lw 3 \
           title sprintf('{/:Italic q}:  {/:Italic μ} = %g,  {/:Italic σ} = %g', mu, sigma)
  unset label

  set border 15 lc rgb ink
  unset key
  set datafile separator whitespace
  set cbrange [low:high]
  set cbtics (@ticks) textcolor rgb ink offset -0.6,0
  set lmargin at screen 0.625;  set rmargin at screen 0.90
  set xrange [mu_min:mu_max];  set yrange [sigma_min:sigma_max]
  do for [panel=1:2] {
    set tmargin at screen (panel == 1 ? 0.935 : 0.47);  set bmargin at screen (panel == 1 ? 0.605 : 0.15)
    if (panel == 1) {
      set colorbox user origin screen 0.92,screen 0.15 size screen 0.013,screen 0.785
    } else { unset colorbox }
    lines = (panel == 1 ? '$forward' : '$reverse')
    unset label
    set label (panel == 1 ? forward_name : reverse_name) at graph 0.5,1.09 center textcolor rgb (panel == 1 ? forward_colour : reverse_colour) font letters(21)
    set label '{/:Italic σ}' at screen 0.577,(panel == 1 ? 0.77 : 0.31) center textcolor rgb ink
    if (panel == 1) { set label 'nats' at screen 0.92,screen 0.965 left textcolor rgb ink }
    do for [k=1:names] { i = (panel - 1)*names + k
      if (label_mu[i] == label_mu[i]) { set label label_text(i) at label_mu[i],label_sigma[i] center front boxed textcolor rgb ink font letters(14) }
    }
    if (panel == 2) {
      set label '{/:Italic μ}' at screen 0.7625,0.07 center textcolor rgb ink
      array what[3] = ['the best minimum', 'another minimum', '{/:Italic q}']
      do for [k=1:3] {
        place = word('0.632 0.762 0.888', k) + 0.0;  shape = (k == 3 ? 7 : 13);  fill = word('#ffffff #b9b6bf #fde725', k)
        set label at screen place,0.025 point pt shape ps (k == 3 ? dot(2.4) : diamond(2.6)) lc rgb ink
        set label what[k] at screen place,0.025 left offset 1,0 font letters(15) textcolor rgb ink point pt shape ps (k == 3 ? dot(1.7) : diamond(1.9)) lc rgb fill
      }
    }
    plot $surfaces using 1:2:(column(2 + panel)) with image notitle, \
         lines.'_between' using 1:2 with lines lc rgb '#ffffff' lw 0.6 notitle, \
         lines using 1:2 with lines lc rgb '#ffffff' lw 1.8 notitle, \
         $minima using ($1 == panel ? $2 : NaN):3 with points pt 13 ps diamond(2.6) lc rgb ink notitle, \
         $minima using ($1 == panel && $5 < 1 ? $2 : NaN):3 with points pt 13 ps diamond(1.9) lc rgb '#b9b6bf' notitle, \
         $minima using ($1 == panel && $5 > 0 ? $2 : NaN):3 with points pt 13 ps diamond(1.9) lc rgb '#ffffff' notitle, \
         $q using 1:2 with points pt 7 ps dot(2.4) lc rgb ink notitle, \
         $q using 1:2 with points pt 7 ps dot(1.7) lc rgb '#fde725' notitle
  }
  unset label
  unset multiplot
}
