# What the figures share: one colour for each thing, the same as the page's, and their files as PNG and SVG.
ink = '#1d1b22';  soft = '#66626e';  faint = '#e4e1dc'
p_colour = '#c8325a';  q_colour = ink;  forward_colour = '#1f6fbf';  reverse_colour = '#b85000'
D(a, b) = sprintf('{/:Italic D}({/:Italic %s}‖{/:Italic %s})', a, b)
forward_name = D('p', 'q');  reverse_name = D('q', 'p')
# eval(open(type, name, width, height)) begins a figure. An SVG's points and letters are of other units: sizes of
# circles, diamonds and letters are given by dot, diamond and letters. (Hollow points come out faint: two filled ones do.)
open(type, name, width, height) = sprintf("set terminal %s size %d,%d font 'DejaVu Sans,%g' linewidth 1.5 dashlength %g enhanced background '#ffffff'; set output '%s/%s.%s'; png = %d", \
  type eq 'png' ? 'pngcairo' : 'svg', width, height, type eq 'png' ? 19 : 23, type eq 'png' ? 1.6 : 1, dir, name, type, type eq 'png')
dot(size) = size*(png ? 1 : 0.39)
diamond(size) = size*(png ? 1 : 0.32)
letters(size) = sprintf(',%g', size*(png ? 1 : 1.21))
set tics nomirror out textcolor rgb ink scale 0.5
set border 3 lc rgb ink
set xlabel textcolor rgb ink
set ylabel textcolor rgb ink
set title textcolor rgb ink
set key textcolor rgb ink samplen 2 spacing 1.25 width 0 noopaque
set encoding utf8
set minussign
