# SPDX-License-Identifier: MIT
# perl filter.pl FILE: what Doxygen reads in place of a header or page. Lines stay where they are, for the source's sake.
#
# A header is a topic, named by its path, under the topic of its storey: klgrid.hpp, the index of the library, says which.
# The comment that stands before a header's namespace is the topic's own text.
use strict;
use warnings;

my ($path) = @ARGV;
open my $file, '<', $path or die "$path: $!";
local $/;
my $text = <$file>;

sub topic { return $_[0] =~ s/\W+/_/gr }

if ($path =~ m{include/klgrid/klgrid\.hpp$}) {
  my $storey = '';
  my $title = sub {
    $storey = topic($_[0]);
    return "/** \@defgroup $storey \u$_[0] */";
  };
  my $header = sub {
    my ($name, $phrase) = @_;
    return "/** \@defgroup @{[topic($name)]} $name\n\@ingroup $storey\n\@brief \u$phrase.\n\n"
      . "\@code{.cpp}\n#include <klgrid/$name>\n\@endcode */";
  };
  $text =~ s{^/// }{// }gm;
  $text =~ s{^// SPDX.*}{}m;
  $text =~ s{^(?:// (?!Everything)(.*)|#include "klgrid/(\S+)" +// (.*))$}{defined $1 ? $title->($1) : $header->($2, $3)}gem;
} elsif ($path =~ m{include/klgrid/(.*)$}) {
  my $topic = topic($1);
  $text =~ s~\n\n/// ((?:.*\n///)*.*\n(?:namespace|#if))~\n/// \@addtogroup $topic\n/// \@details $1~;
  my $opened = $text =~ s~^namespace klgrid::inline KLGRID_ABI \{$~namespace klgrid {  /** \@addtogroup $topic */ /** \@{ */~m;
  $text =~ s~^\}  // namespace klgrid$~/** \@} */  }~m if $opened;
  $text =~ s~^#pragma once\n(.*)~/** \@addtogroup $topic */ /** \@{ */\n$1/** \@} */~ms unless $text =~ /^namespace/m;
  # Deleted overloads and deduction guides are there for the compiler; so are the long names of a scalar.
  $text =~ s/^(?:template|requires)[^;{}]*(?:= delete|\) *\n? *->[^;{}]*);/"\n" x ($& =~ tr!\n!!)/gem;
  $text =~ s/detail::ScalarOf<P>/Scalar/g;
  $text =~ s/std::type_identity_t<T>/T/g;
  $text =~ s/detail::KlOrder<[^>]*> Out/class Out/g;
  # What clang-format takes for comparisons and references in a concept.
  $text =~ s/ < (.*,)\n(.*) > ;$/<$1\n    $2>;/mg;
  $text =~ s/\)&&(?=\w)/) && /g;
} elsif ($path =~ /\.md$/) {
  # A link to what the site does not hold becomes its text.
  $text =~ s{(?<!!)\[([^\[\]\n]*)\]\((?!https?:|#|[^)]*\.md[#)])[^)]*\)}{$1}g;
}
print $text;
