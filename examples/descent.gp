# Descents over both divergences, and the Gaussians they end in:
#   gnuplot -c descent.gp DIRECTORY
# reads densities.csv, surfaces.csv, descent.csv and fit.csv there and writes descent.png and descent.svg beside them.
dir = ARG1
here = ARG0[1:strlen(ARG0) - strlen('descent.gp')]
load here.'style.gp'
set datafile separator comma
paths = dir.'/descent.csv'
# What the levels' labels keep off: the starts, Newton's points and some of the others.
set table $obstacles
plot paths using 5:6 skip 1 with table if (strcol(4) eq '0' || strcol(2) eq 'newton' || (strcol(2) eq 'gradient_descent' && int(strcol(4)) % 5 == 0))
unset table
x_name = '{/:Italic x}'
load here.'minima.gp'
load here.'surface.gp'
set datafile separator comma
stats paths using 3 skip 1 nooutput;  starts = int(STATS_max) + 1
set style textbox opaque fillcolor rgb '#ffffff' noborder margins 0.4,0.3

do for [type in "png svg"] {
  eval(open(type, 'descent', 1800, 860))
  set multiplot
  set lmargin at screen 0.06;  set rmargin at screen 0.40
  set bmargin at screen 0.15;  set tmargin at screen 0.87
  eval(draw_minima)

  set datafile separator whitespace
  unset label
  unset key
  legend_y = 0.03
  set arrow from screen 0.475,legend_y to screen 0.495,legend_y nohead lc rgb soft lw 3
  set arrow from screen 0.625,legend_y to screen 0.645,legend_y nohead lc rgb ink lw 1.2 dt (6,4)
  set xrange [mu_min:mu_max];  set yrange [sigma_min:sigma_max]
  do for [panel=1:2] {
    direction = (panel == 1 ? 'forward' : 'reverse');  colour = (panel == 1 ? forward_colour : reverse_colour)
    lines = (panel == 1 ? '$forward' : '$reverse')
    set lmargin at screen (panel == 1 ? 0.475 : 0.745);  set rmargin at screen (panel == 1 ? 0.715 : 0.985)
    set border 15 lc rgb ink
    set xtics nomirror out textcolor rgb ink scale 0.5
    set ytics nomirror out textcolor rgb ink scale 0.5
    set format y (panel == 1 ? '%g' : '')
    unset label
    set label (panel == 1 ? forward_name.' covers' : reverse_name.' seeks') at graph 0.5,1.06 center textcolor rgb colour font letters(23)
    set label '{/:Italic μ}' at graph 0.5,-0.11 center textcolor rgb ink
    array what[5] = ['gradient descent', 'Newton', 'start', 'least value', 'other minimum']
    do for [k=1:5] { set label what[k] at screen 0.0 + word('0.502 0.652 0.735 0.805 0.907', k),legend_y left font letters(15) textcolor rgb ink }
    set label at screen 0.724,legend_y point pt 7 ps dot(1.9) lc rgb ink
    set label at screen 0.724,legend_y point pt 7 ps dot(1.2) lc rgb '#ffffff'
    do for [k=1:2] {
      set label at screen 0.692 + 0.102*k,legend_y point pt 13 ps diamond(2.6) lc rgb ink
      set label at screen 0.692 + 0.102*k,legend_y point pt 13 ps diamond(1.9) lc rgb word('#ffffff #b9b6bf', k)
    }
    if (panel == 1) { set label '{/:Italic σ}' at graph -0.15,0.5 center textcolor rgb ink }
    set datafile separator whitespace
    plot lines.'_between' using 1:2 with lines lc rgb '#dcd8d2' lw 0.8 notitle, \
         lines using 1:2 with lines lc rgb '#a9a5ae' lw 1.2 notitle
    unset label
    unset border;  unset tics
    set datafile separator comma
    plot for [s=0:starts - 1] paths using (strcol(1) eq direction && strcol(2) eq 'gradient_descent' && $3 == s ? $5 : 1/0):6 skip 1 \
           with lines lc rgb colour lw 3 notitle, \
         for [s=0:starts - 1] paths using (strcol(1) eq direction && strcol(2) eq 'newton' && $3 == s ? $5 : 1/0):6 skip 1 \
           with linespoints pt 7 ps dot(0.7) lc rgb ink lw 1.2 dt (6,4) notitle, \
         paths using (strcol(1) eq direction && $4 == 0 ? $5 : 1/0):6 skip 1 with points pt 7 ps dot(1.9) lc rgb ink notitle, \
         paths using (strcol(1) eq direction && $4 == 0 ? $5 : 1/0):6 skip 1 with points pt 7 ps dot(1.2) lc rgb '#ffffff' notitle
    do for [k=1:names] { i = (panel - 1)*names + k
      if (label_mu[i] == label_mu[i]) { set label label_text(i) at label_mu[i],label_sigma[i] center front boxed textcolor rgb soft font letters(13) }
    }
    set datafile separator whitespace
    plot $minima using ($1 == panel ? $2 : NaN):3 with points pt 13 ps diamond(3) lc rgb '#ffffff' notitle, \
         $minima using ($1 == panel ? $2 : NaN):3 with points pt 13 ps diamond(2.6) lc rgb ink notitle, \
         $minima using ($1 == panel ? $2 : NaN):3 with points pt 13 ps diamond(1.9) lc rgb '#b9b6bf' notitle, \
         $minima using ($1 == panel && $5 > 0 ? $2 : NaN):3 with points pt 13 ps diamond(1.9) lc rgb '#ffffff' notitle
  }
  set format y '%g'
  set xtics nomirror out textcolor rgb ink scale 0.5
  set ytics nomirror out textcolor rgb ink scale 0.5
  unset label
  unset arrow
  unset multiplot
}
