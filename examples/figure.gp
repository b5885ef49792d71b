# The three panels of the asymmetry, from the tables of densities, divergence and surfaces:
#   gnuplot -c figure.gp DIRECTORY
# reads densities.csv, divergence.csv and surfaces.csv there and writes figure.png and figure.svg beside them.
dir = ARG1
set datafile separator comma

stats dir.'/divergence.csv' using 1 skip 1 nooutput;  mu = STATS_min
stats dir.'/divergence.csv' using 2 skip 1 nooutput;  sigma = STATS_min
stats dir.'/divergence.csv' using 3 skip 1 nooutput;  forward = STATS_min
stats dir.'/divergence.csv' using 4 skip 1 nooutput;  reverse = STATS_min
stats dir.'/densities.csv' skip 1 nooutput;  components = STATS_columns - 3

# The surfaces, as functions of the mesh's indices: contours want a grid, and a table of columns is none.
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

text = '#22262b';  grey = '#8d96a0';  p_colour = '#d1495b';  q_colour = '#1d5c96'
set palette defined (0 '#440154', 1 '#482878', 2 '#3e4989', 3 '#31688e', 4 '#26828e', 5 '#1f9e89', 6 '#35b779', 7 '#6ece58', 8 '#b5de2b', 9 '#fde725')
set tics nomirror out textcolor rgb text scale 0.5
set isosamples columns,rows
set samples columns
D(a, b) = sprintf('{/:Italic D}({/:Italic %s} ‖ {/:Italic %s})', a, b)

# Level lines of both surfaces at quarter decades, bold at whole ones.
set contour base
set cntrparam cubicspline points 8
unset surface
set cntrparam levels incremental -4,0.25,8
set xrange [0:columns - 1];  set yrange [0:rows - 1]
# Tables are written with blanks between the numbers.
set table $surfaces
plot dir.'/surfaces.csv' using 1:2:(log10($3 + 1e-300)):(log10($4 + 1e-300)) skip 1 with table
set table $forward
splot at(1, x, y)
set table $reverse
splot at(2, x, y)
set print $marker
print mu, sigma
unset print
unset table
unset contour
set surface
whole(level) = abs(level - round(level)) < 0.01
round(x) = floor(x + 0.5)

do for [type in "png svg"] {
  if (type eq "png") {
    set terminal pngcairo size 1800,860 font 'DejaVu Sans,19' linewidth 1.5 enhanced background '#ffffff'
  } else {
    set terminal svg size 1800,860 font 'DejaVu Sans,19' linewidth 1.5 enhanced background '#ffffff'
  }
  set output dir.'/figure.'.type
  set datafile separator comma
  set multiplot

  set lmargin at screen 0.055;  set rmargin at screen 0.53
  set bmargin at screen 0.12;  set tmargin at screen 0.88
  set border 3 lc rgb text
  set title D('p','q').sprintf(' = %.2f          ', forward).D('q','p').sprintf(' = %.2f', reverse) \
      textcolor rgb text offset 0,0.6 font ',23'
  set xlabel '{/:Italic x}' textcolor rgb text offset 0,0.3
  set ylabel 'density' textcolor rgb text offset 0.5,0
  set xrange [-8:8];  set yrange [0:*]
  set key top right samplen 2.2 spacing 1.3 textcolor rgb text
  plot dir.'/densities.csv' using 1:2 skip 1 with filledcurves y=0 fc rgb p_colour fs transparent solid 0.10 noborder notitle, \
       for [k=1:components] dir.'/densities.csv' using 1:(column(2 + k)) skip 1 with lines lc rgb grey lw 1.6 dt (7,5) \
           title (k == 1 ? 'components of {/:Italic p}' : ''), \
       dir.'/densities.csv' using 1:2 skip 1 with lines lc rgb p_colour lw 3.4 title '{/:Italic p}', \
       dir.'/densities.csv' using 1:(column(3 + components)) skip 1 with lines lc rgb q_colour lw 3 \
           title sprintf('{/:Italic q},  {/:Italic μ} = %g,  {/:Italic σ} = %g', mu, sigma)

  set datafile separator whitespace
  set border 15 lc rgb text
  unset key
  set ylabel '{/:Italic σ}' offset 1,0 norotate
  set cblabel 'nats' textcolor rgb text offset -0.5,0
  set format cb '10^{%g}'
  set cbtics 1 textcolor rgb text
  set autoscale cb
  set lmargin at screen 0.625;  set rmargin at screen 0.90
  set xrange [mu_min:mu_max];  set yrange [sigma_min:sigma_max]
  do for [panel=1:2] {
    set tmargin at screen (panel == 1 ? 0.94 : 0.475);  set bmargin at screen (panel == 1 ? 0.585 : 0.12)
    set colorbox user origin screen 0.912,screen (panel == 1 ? 0.585 : 0.12) size screen 0.012,screen 0.355
    set title (panel == 1 ? D('p','q') : D('q','p')) offset 0,-0.5 font ',20'
    if (panel == 1) { set xlabel '' } else { set xlabel '{/:Italic μ}' offset 0,0.3 }
    block = (panel == 1 ? '$forward' : '$reverse')
    plot $surfaces using 1:2:(column(2 + panel)) with image notitle, \
         block using (mu_at($1)):(sigma_at($2)) with lines lc rgb '#ffffff' lw 0.6 notitle, \
         block using (whole($3) ? mu_at($1) : NaN):(sigma_at($2)) with lines lc rgb '#ffffff' lw 2 notitle, \
         $marker using 1:2 with points pt 7 ps 2.6 lc rgb '#ffffff' notitle, \
         $marker using 1:2 with points pt 7 ps 1.8 lc rgb p_colour notitle
  }
  unset multiplot
}
