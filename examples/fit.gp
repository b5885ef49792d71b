# A density p of data, and the Gaussians nearest to it:
#   gnuplot -c fit.gp DIRECTORY [SAMPLES COLUMN [NAME]]
# reads densities.csv and fit.csv there, and a file's column of samples to mark them below p; and writes fit.png and fit.svg beside them. NAME says what x is.
dir = ARG1
samples_file = ARG2;  samples_column = (strlen(ARG3) ? int(ARG3) : 1);  x_name = (strlen(ARG4) ? ARG4 : '{/:Italic x}')
here = ARG0[1:strlen(ARG0) - strlen('fit.gp')]
load here.'style.gp'
load here.'minima.gp'
marks = (strlen(samples_file) ? ', samples_file using samples_column:(0.025*curves_top) skip 1 with impulses lc rgb ink lw 0.7 notitle' : '')
do for [type in "png svg"] {
  eval(open(type, 'fit', 1400, 800))
  set lmargin at screen 0.09;  set rmargin at screen 0.97
  set bmargin at screen 0.16;  set tmargin at screen 0.90
  eval(draw_minima.marks)
  unset label
}
