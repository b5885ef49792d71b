# Reads both surfaces of dir/surfaces.csv, and makes their level lines: blocks $forward and $reverse of mu, sigma and
# log10 of the level, at levels of 1, 2 and 5 times powers of ten (named ones) and between (others).
set datafile separator comma
stats dir.'/surfaces.csv' using 1 skip 1 nooutput;  mu_min = STATS_min;  mu_max = STATS_max;  cells = STATS_records
stats dir.'/surfaces.csv' using 2 skip 1 nooutput;  sigma_min = STATS_min;  sigma_max = STATS_max
columns = 0
stats dir.'/surfaces.csv' using (columns = columns + ($2 == sigma_min)) skip 1 nooutput
rows = cells/columns
# As functions of mu and sigma, of which contours are made: a table of columns would not do.
log_of(value) = (value < 1e300 ? log10(value + 1e-300) : 300)  # infinite where p is 0 at some nodes
array log_kl[2*cells]
do for [panel=1:2] {
  stats dir.'/surfaces.csv' using (log_kl[(panel - 1)*cells + int($0) + 1] = log_of(column(2 + panel))) skip 1 nooutput
}
row(y) = int((y - sigma_min)/(sigma_max - sigma_min)*(rows - 1) + 0.5)
col(x) = int((x - mu_min)/(mu_max - mu_min)*(columns - 1) + 0.5)
at(panel, x, y) = log_kl[(panel - 1)*cells + row(y)*columns + col(x) + 1]

# From the least value to three times what three quarters of the cells are below: further up there is little to see.
stats [*:*] dir.'/surfaces.csv' using (log_of($3)) skip 1 nooutput;  low = STATS_min;  high = STATS_up_quartile
stats [*:*] dir.'/surfaces.csv' using (log_of($4)) skip 1 nooutput
low = (STATS_min < low ? STATS_min : low);  finite = (STATS_max < 300)
high = log10(3) + (finite && STATS_up_quartile > high ? STATS_up_quartile : high)
low = (low < high - 3 ? high - 3 : low)
leading(n) = (n % 3 == 0 ? 1 : n % 3 == 1 ? 2 : 5)
level(n) = log10(leading(n + 300)) + floor(n/3.0)
first = 0;  last = 0
do for [n=-30:30] { if (level(n) < low) { first = n + 1 };  if (level(n) <= high) { last = n } }
high = level(last)
named = '';  others = '';  ticks = ''
do for [n=first:last] {
  named = named.sprintf('%s%.10g', n > first ? ',' : '', level(n))
  ticks = ticks.sprintf('%s"%s%g" %.10g', n > first ? ',' : '', n == last ? '≥ ' : '', 10**level(n), level(n))
}
do for [n=first - 1:last - 1] {
  do for [k=1:2] { others = others.sprintf('%s%.10g', others eq '' ? '' : ',', level(n) + k*(level(n + 1) - level(n))/3.0) }
}
set isosamples columns,rows
set samples columns
set contour base
set cntrparam cubicspline points 8
unset surface
set xrange [mu_min:mu_max];  set yrange [sigma_min:sigma_max]
set cntrparam levels discrete @named
set table $forward
splot at(1, x, y)
set table $reverse
splot at(2, x, y)
set cntrparam levels discrete @others
set table $forward_between
splot at(1, x, y)
set table $reverse_between
splot at(2, x, y)
unset table
unset contour
set surface
set samples 600
set autoscale

# Tables are written with blanks between the numbers: mu, sigma and both logarithms.
set table $surfaces
plot dir.'/surfaces.csv' using 1:2:(log_of($3)):(log_of($4)) skip 1 with table
unset table
set datafile separator whitespace

# Where each named level is labelled: at its point nearest to one of a few upright lines, which take turns, but not on a
# minimum nor on what the figure names in $obstacles.
width = mu_max - mu_min;  height = sigma_max - sigma_min
names = last - first + 1
array label_mu[2*names];  array label_sigma[2*names]
stats $obstacles using 1 nooutput;  obstacles = int(STATS_records)
stats $minima using 1 nooutput;  obstacles = obstacles + int(STATS_records)
array obstacle_mu[obstacles];  array obstacle_sigma[obstacles]
n = 0
keep_off(x, y) = (n = n + 1, obstacle_mu[n] = x, obstacle_sigma[n] = y)
stats $obstacles using (keep_off($1, $2)) nooutput
stats $minima using (keep_off($2, $3)) nooutput
clashes(x, y) = sum [i=1:obstacles] (abs(x - obstacle_mu[i]) < 0.07*width && abs(y - obstacle_sigma[i]) < 0.05*height)
outside(x, y) = (y - sigma_min < 0.05*height || y - sigma_min > 0.93*height || x - mu_min < 0.04*width || x - mu_min > 0.96*width)
turn(k) = 0.01*word('79 21 66 34 88', int(k) % 5 + 1)
score(x, y, k) = abs((x - mu_min)/width - turn(k)) - 0.03*(y - sigma_min)/height + clashes(x, y) + 99*outside(x, y)
nearer(i, x, y, s) = (s < least ? (least = s, label_mu[i] = x, label_sigma[i] = y) : 0)
do for [panel=1:2] { do for [k=0:names - 1] {
  least = 99;  i = (panel - 1)*names + k + 1;  label_mu[i] = NaN;  label_sigma[i] = NaN
  block = (panel == 1 ? '$forward' : '$reverse')
  if (panel == 1 || finite) { stats [*:*] block using (abs($3 - level(first + k)) < 1e-6 ? nearer(i, $1, $2, score($1, $2, k)) : 0) nooutput }
  if (least >= 1) { label_mu[i] = NaN }  # no place is free
} }
label_text(i) = sprintf('%g', 10**level(first + (i - 1) % names))
