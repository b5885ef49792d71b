# Reads the minima of dir/fit.csv: block $minima of their direction, 1 or 2, mu, sigma, the divergence and whether it is
# the least one, of which there may be several alike. And draws p, filled, and these Gaussians over it:
# eval(draw_minima), within margins that are set, x being x_name. Those of D(q||p) are dashed, or dotted if there is a
# lower one; the key says which cover p and which seek a part of it.
set datafile separator comma
previous = '';  least = 0
best(direction, value) = (direction eq previous ? 0 : (previous = direction, least = value), value < least + 1e-6)
set table $minima
plot dir.'/fit.csv' using (strcol(1) eq 'forward' ? 1 : 2):2:3:4:(best(strcol(1), $4)) skip 1 with table
unset table
stats dir.'/densities.csv' using 2 skip 1 nooutput;  p_top = STATS_max
stats dir.'/densities.csv' using ($2 > 2e-3*p_top ? $1 : NaN) skip 1 nooutput;  x_min = STATS_min;  x_max = STATS_max
set datafile separator whitespace
stats $minima using 1 nooutput;  minima = int(STATS_records)
array m_direction[minima];  array m_mu[minima];  array m_sigma[minima];  array m_kl[minima];  array m_best[minima]
stats $minima using (m_direction[int($0) + 1] = $1, m_mu[int($0) + 1] = $2, m_sigma[int($0) + 1] = $3, \
                     m_kl[int($0) + 1] = $4, m_best[int($0) + 1] = $5) nooutput
normal(x, m, s) = exp(-(x - m)**2/(2*s**2))/(s*sqrt(2*pi))
curves_top = p_top
do for [k=1:minima] { curves_top = (normal(0, 0, m_sigma[k]) > curves_top ? normal(0, 0, m_sigma[k]) : curves_top) }
# A Gaussian covers p if it is about as wide as the one of p's moments.
covers(k) = m_sigma[k] > 0.7*m_sigma[1]
# In the key once: the first of those that are equally good.
told(k) = (k == 1 || m_direction[k] != m_direction[k - 1] || abs(m_kl[k] - m_kl[k - 1]) > 1e-6)
m_name(k) = (m_best[k] > 0 ? 'min ' : 'local min ').(m_direction[k] == 1 ? forward_name : reverse_name). \
            sprintf(' = %.2f: ', m_kl[k]).(covers(k) ? 'covers' : 'seeks')
m_dash(k) = (m_direction[k] == 1 ? 1 : m_best[k] > 0 ? 2 : 3)
m_colour(k) = (m_direction[k] == 1 ? 0x1f6fbf : 0xb85000)
draw_minima = "set datafile separator comma; set dashtype 2 (10,3); set dashtype 3 (2,3); key_font = letters(17); set border 3 lc rgb ink; \
  set label 'density' at graph -0.09,1.04 left textcolor rgb ink; \
  set label x_name at graph 0.5,-0.11 center textcolor rgb ink; \
  set xrange [x_min:x_max]; set yrange [0:1.45*curves_top]; \
  set key top right Left reverse font key_font samplen 1.8 spacing 1.2; \
  set samples 800; \
  plot dir.'/densities.csv' using 1:2 skip 1 with filledcurves y=0 fc rgb p_colour fs transparent solid 0.14 noborder notitle, \
       dir.'/densities.csv' using 1:2 skip 1 with lines lc rgb p_colour lw 4.5 title '{/:Italic p}', \
       for [k=1:minima] [x_min:x_max] '+' using 1:(normal($1, m_mu[k], m_sigma[k])) with lines lc rgb m_colour(k) lw 3 dt m_dash(k) \
         title (told(k) ? m_name(k) : '')"
