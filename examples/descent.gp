# Descents over the surfaces, and where they end drawn over p:
#   gnuplot -c descent.gp DIRECTORY
# reads densities.csv, surfaces.csv and descent.csv there and writes descent.png and descent.svg beside them.
dir = ARG1
set datafile separator comma
paths = dir.'/descent.csv'
text = '#22262b';  grey = '#8d96a0';  p_colour = '#d1495b';  forward_colour = '#1d5c96';  reverse_colour = '#e08e0b'

# The surfaces as functions of the mesh's indices, as contours want them.
stats dir.'/surfaces.csv' using 1 skip 1 nooutput;  mu_min = STATS_min;  mu_max = STATS_max;  cells = STATS_records
stats dir.'/surfaces.csv' using 2 skip 1 nooutput;  sigma_min = STATS_min;  sigma_max = STATS_max
columns = 0
stats dir.'/surfaces.csv' using (columns = columns + ($2 == sigma_min)) skip 1 nooutput
rows = cells/columns
array log_kl[2*cells]
do for [panel=1:2] {
  stats dir.'/surfaces.csv' using (log_kl[(panel - 1)*cells + int($0) + 1] = log10(column(2 + panel) + 1e-300)) skip 1 nooutput
}
mu_at(j) = mu_min + j*(mu_max - mu_min)/(columns - 1.0)
sigma_at(i) = sigma_min + i*(sigma_max - sigma_min)/(rows - 1.0)
at(panel, j, i) = log_kl[(panel - 1)*cells + int(i + 0.5)*columns + int(j + 0.5) + 1]
set isosamples columns,rows
set samples columns
set contour base
set cntrparam cubicspline points 8
unset surface
set cntrparam levels incremental -2,0.125,6
set xrange [0:columns - 1];  set yrange [0:rows - 1]
set table $forward
splot at(1, x, y)
set table $reverse
splot at(2, x, y)
unset table
unset contour
set surface

# Newton's ends are the fits: mu, sigma and D of the last line of each path.
starts = 0
stats paths using (starts = ($3 + 1 > starts ? $3 + 1 : starts)) skip 1 nooutput
starts = int(starts)
array mu_end[2*starts];  array sigma_end[2*starts];  array kl_end[2*starts]
slot(direction, start) = (direction eq 'forward' ? 0 : starts) + int(start) + 1
keep(direction, method, start, m, s, d) = (method eq 'newton' ? \
  (mu_end[slot(direction, start)] = m, sigma_end[slot(direction, start)] = s, kl_end[slot(direction, start)] = d) : 0)
stats paths using (keep(strcol(1), strcol(2), $3, $5, $6, $7)) skip 1 nooutput
q(x, k) = exp(-(x - mu_end[k])**2/(2*sigma_end[k]**2))/(sigma_end[k]*sqrt(2*pi))
same(a, b) = abs(mu_end[a] - mu_end[b]) + abs(sigma_end[a] - sigma_end[b]) < 1e-6
new(k) = (k == starts + 1 ? 1 : (sum [b=starts + 1:int(k) - 1] same(k, b)) == 0)

set tics nomirror out textcolor rgb text scale 0.5
D(a, b) = sprintf('{/:Italic D}({/:Italic %s} ‖ {/:Italic %s})', a, b)
do for [type in "png svg"] {
  if (type eq "png") {
    set terminal pngcairo size 1800,860 font 'DejaVu Sans,19' linewidth 1.5 enhanced background '#ffffff'
  } else {
    set terminal svg size 1800,860 font 'DejaVu Sans,19' linewidth 1.5 enhanced background '#ffffff'
  }
  set output dir.'/descent.'.type
  set multiplot
  set lmargin at screen 0.05;  set rmargin at screen 0.40
  set bmargin at screen 0.12;  set tmargin at screen 0.88
  set border 3 lc rgb text
  set samples 600
  set title 'Where the descents end' textcolor rgb text offset 0,0.3 font ',22'
  set xlabel '{/:Italic x}' textcolor rgb text offset 0,0.3
  set ylabel 'density' textcolor rgb text offset 0.5,0
  set xrange [-8:8];  set yrange [0:*]
  set key top right samplen 2 spacing 1.3 textcolor rgb text
  plot dir.'/densities.csv' using 1:2 skip 1 with filledcurves y=0 fc rgb p_colour fs transparent solid 0.12 noborder notitle, \
       dir.'/densities.csv' using 1:2 skip 1 with lines lc rgb p_colour lw 3.4 title '{/:Italic p}', \
       q(x, 1) with lines lc rgb forward_colour lw 3 title sprintf('min %s = %.2f', D('p','q'), kl_end[1]), \
       for [k=starts + 1:2*starts] (new(k) ? q(x, k) : NaN) with lines lc rgb reverse_colour lw 2.6 \
         title (new(k) ? sprintf('min %s = %.2f', D('q','p'), kl_end[k]) : '')

  set border 15 lc rgb text
  set samples columns
  set key top right samplen 1.6 spacing 1.2 opaque
  set xlabel '{/:Italic μ}' offset 0,0.3
  set xrange [mu_min:mu_max];  set yrange [0:8]
  do for [panel=1:2] {
    direction = (panel == 1 ? 'forward' : 'reverse');  colour = (panel == 1 ? forward_colour : reverse_colour)
    if (panel == 2) { unset key; set ylabel '' } else { set ylabel '{/:Italic σ}' textcolor rgb text offset 1.2,0 norotate }
    set lmargin at screen (panel == 1 ? 0.46 : 0.74);  set rmargin at screen (panel == 1 ? 0.71 : 0.99)
    set title (panel == 1 ? D('p','q').' covers' : D('q','p').' seeks') textcolor rgb text offset 0,0.3 font ',22'
    block = (panel == 1 ? '$forward' : '$reverse')
    set datafile separator whitespace
    plot block using (mu_at($1)):(sigma_at($2)) with lines lc rgb '#b9c2cb' lw 0.8 notitle
    # The paths, over the same axes without drawing them again.
    set datafile separator comma
    unset border;  unset tics;  unset title;  unset xlabel;  unset ylabel
    plot for [s=0:starts - 1] paths using (strcol(1) eq direction && strcol(2) eq 'gradient_descent' && $3 == s ? $5 : 1/0):6 skip 1 \
           with linespoints pt 7 ps 0.35 lc rgb grey lw 1.6 title (s == 0 ? 'gradient descent' : ''), \
         for [s=0:starts - 1] paths using (strcol(1) eq direction && strcol(2) eq 'newton' && $3 == s ? $5 : 1/0):6 skip 1 \
           with linespoints pt 7 ps 0.9 lc rgb colour lw 2.4 title (s == 0 ? 'Newton' : ''), \
         for [s=0:starts - 1] paths using (strcol(1) eq direction && strcol(2) eq 'newton' && $3 == s && $4 == 0 ? $5 : 1/0):6 skip 1 \
           with points pt 6 ps 2 lw 2 lc rgb text title (s == 0 ? 'start' : ''), \
         '+' using (mu_end[slot(direction, int($0) % starts)]):(sigma_end[slot(direction, int($0) % starts)]) \
           with points pt 7 ps 2 lc rgb p_colour title 'end'
    set border 15 lc rgb text
    set tics nomirror out textcolor rgb text scale 0.5
    set xlabel '{/:Italic μ}' textcolor rgb text offset 0,0.3
  }
  unset multiplot
}
