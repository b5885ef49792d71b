# As the humps of p move apart, and as the order runs from 0 to 1:
#   gnuplot -c asymmetry.gp DIRECTORY
# reads asymmetry.csv and alpha.csv there and writes asymmetry.png and asymmetry.svg beside them.
dir = ARG1
set datafile separator comma
text = '#22262b';  grey = '#8d96a0';  forward_colour = '#1d5c96';  reverse_colour = '#e08e0b'
set table $forward
plot dir.'/asymmetry.csv' using 1:4:5 skip 1 with table if (strcol(2) eq 'forward')
do for [kind in "minimum saddle"] {
  if (kind eq 'minimum') { set table $minima } else { set table $saddles }
  plot dir.'/asymmetry.csv' using 1:4:5 skip 1 with table if (strcol(2) eq 'reverse' && strcol(3) eq kind)
}
set table $orders
plot dir.'/alpha.csv' using 1:2:3 skip 1 with table
unset table
set datafile separator whitespace
D(a, b) = sprintf('{/:Italic D}({/:Italic %s} ‖ {/:Italic %s})', a, b)
set tics nomirror out textcolor rgb text scale 0.5
set border 3 lc rgb text
set grid lc rgb '#e4e8ec' lw 0.8
do for [type in "png svg"] {
  if (type eq "png") {
    set terminal pngcairo size 1800,640 font 'DejaVu Sans,18' linewidth 1.5 enhanced background '#ffffff'
  } else {
    set terminal svg size 1800,640 font 'DejaVu Sans,18' linewidth 1.5 enhanced background '#ffffff'
  }
  set output dir.'/asymmetry.'.type
  set multiplot layout 1,3 margins 0.05,0.985,0.14,0.88 spacing 0.06,0
  set xlabel 'means of {/:Italic p}, scaled' textcolor rgb text
  set key samplen 1.5 spacing 1.25 textcolor rgb text reverse Left
  do for [panel=1:2] {
    set title (panel == 1 ? '{/:Italic μ} of the best {/:Italic q}' : '{/:Italic σ} of the best {/:Italic q}') textcolor rgb text font ',20'
    if (panel == 2) { set key top left; set yrange [0:*] } else { unset key; set yrange [-5:5] }
    plot $forward using 1:(column(1 + panel)) with lines lc rgb forward_colour lw 3.5 title D('p','q').': its minimum', \
         $minima using 1:(column(1 + panel)) with points pt 7 ps 0.75 lc rgb reverse_colour title D('q','p').': minima', \
         $saddles using 1:(column(1 + panel)) with points pt 6 ps 0.75 lc rgb grey title 'and saddles'
  }
  set title 'from seeking to covering' textcolor rgb text font ',20'
  set yrange [-4:4]
  set xlabel 'order {/:Italic α}'
  set key bottom right
  plot $orders using 1:2 with linespoints pt 7 ps 0.5 lc rgb reverse_colour lw 2 title '{/:Italic μ}', \
       $orders using 1:3 with linespoints pt 7 ps 0.5 lc rgb forward_colour lw 2 title '{/:Italic σ}'
  unset multiplot
}
