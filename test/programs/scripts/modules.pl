# Loads every XS module of this perl, and has some of them work.
use strict;
use File::Find;
my (%names, @failed);
for my $inc (grep { -d "$_/auto" } @INC) {
  find({ no_chdir => 1, wanted => sub {
    return unless m{^\Q$inc\E/auto/(.+)/[^/]+\.so$};
    (my $name = $1) =~ s{/}{::}g;
    $names{$name} = 1;
  } }, "$inc/auto");
}
delete @names{"threads", "threads::shared"}; # they want to be first, and have a program of their own
my @names = sort keys %names;
for my $name (@names) {
  eval "require $name; 1" or push @failed, "$name: " . ($@ =~ /^(.*)/)[0];
}
print scalar(@names), " @names\n", map { "not $_\n" } @failed;

require Digest::SHA; require MIME::Base64; require Storable; require POSIX; require List::Util; require Encode; require Time::HiRes;
print Digest::SHA::sha256_hex("seventeen"), " ", MIME::Base64::encode_base64("seventeen");
print POSIX::floor(17.9), " ", List::Util::sum(1 .. 10), " ", length(Encode::encode("UTF-16", "\x{263a}")), " ", Storable::dclone([1, [2, 3]])->[1][1], "\n";
