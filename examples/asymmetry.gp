# The best Gaussians as the humps of p move apart, and as the order alpha runs from 0 to 1:
#   gnuplot -c asymmetry.gp DIRECTORY
# reads asymmetry.csv and alpha.csv there and writes asymmetry.png and asymmetry.svg beside them.
dir = ARG1
here = ARG0[1:strlen(ARG0) - strlen('asymmetry.gp')]
load here.'style.gp'
set datafile separator comma
# Scale, mu and sigma of the points of each kind. The minima of one scale come sorted; several may be equally good.
set table $forward
plot dir.'/asymmetry.csv' using 1:4:5 skip 1 with table if (strcol(2) eq 'forward')
set table $saddles
plot dir.'/asymmetry.csv' using 1:4:5 skip 1 with table if (strcol(3) eq 'saddle')
set table $sorted
plot dir.'/asymmetry.csv' using 1:4:5:6 skip 1 with table if (strcol(2) eq 'reverse' && strcol(3) eq 'minimum')
unset table
set datafile separator whitespace
previous = -1e300;  least = 0
is_best(scale, kl) = (scale == previous ? 0 : (previous = scale, least = kl), kl < least + 1e-5)
set table $minima
plot $sorted using 1:2:3:(is_best($1, $4)) with table
unset table
set datafile separator comma
# The minima by order alpha: $branch_0 and on, of alpha, mu, sigma, and whether it is the best.
stats dir.'/alpha.csv' using 2 skip 1 nooutput;  branches = int(STATS_max) + 1
do for [b=0:branches - 1] {
  eval(sprintf("set table $branch_%d", b))
  plot dir.'/alpha.csv' using 1:4:5:3 skip 1 with table if (strcol(2) eq sprintf('%d', b))
}
unset table
set datafile separator whitespace
branch(b) = sprintf('$branch_%d', b)

do for [type in "png svg"] {
  eval(open(type, 'asymmetry', 1800, 1120))
  set multiplot
  key_font = letters(16)
  set border 3 lc rgb ink
  do for [panel=1:4] {
    column_ = (panel - 1) % 2;  upper = (panel < 3);  y = 2 + column_
    set lmargin at screen 0.06 + 0.5*column_;  set rmargin at screen 0.48 + 0.5*column_
    set tmargin at screen (upper ? 0.93 : 0.44);  set bmargin at screen (upper ? 0.60 : 0.11)
    unset label
    set label (column_ == 0 ? '{/:Italic μ} of the best {/:Italic q}' : '{/:Italic σ} of the best {/:Italic q}').(upper ? ' as the components of {/:Italic p} move apart' : ' from seeking to covering') at graph 0.0,1.07 left textcolor rgb ink font letters(20)
    if (upper) {
      set label 'distances between the components of {/:Italic p}, scaled' at graph 0.5,-0.2 center textcolor rgb ink
    } else {
      set label '{/:Italic α}, order of Rényi’s {/:Italic D_α}({/:Italic p}‖{/:Italic q})/{/:Italic α}' at graph 0.5,-0.2 center textcolor rgb ink
      set label reverse_name at graph 0,-0.2 left textcolor rgb reverse_colour
      set label forward_name at graph 1,-0.2 right textcolor rgb forward_colour
    }
    set autoscale xfix
    set xrange [0:*]
    set yrange [*:*]
    set offsets 0, 0, graph 0.06, graph 0.06
    set key Left reverse font key_font samplen 1.8 spacing 1.15
    if (panel == 1) { set key top left } else { if (panel == 3) { set key top right } else { unset key } }
    if (upper) {
      plot $forward using 1:y with lines lc rgb forward_colour lw 6 title 'least '.forward_name, \
           $minima using 1:($4 > 0 ? column(y) : NaN) with points pt 7 ps dot(0.9) lc rgb reverse_colour title 'least '.reverse_name, \
           $minima using 1:($4 < 1 ? column(y) : NaN) with points pt 7 ps dot(0.9) lc rgb '#e6bd99' title 'its other minima', \
           $saddles using 1:y with points pt 13 ps diamond(0.8) lc rgb soft title 'its saddles'
    } else {
      plot for [b=0:branches - 1] branch(b) using 1:($4 > 0 ? column(y) : NaN) with lines lc rgb ink lw 5 title (b == 0 ? 'the least value' : ''), \
           for [b=0:branches - 1] branch(b) using 1:y with lines lc rgb ink lw 1.4 dt (6,4) title (b == 0 ? 'all minima' : '')
    }
  }
  unset label
  unset multiplot
}
