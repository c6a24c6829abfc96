# Threads of perl clone the interpreter, with every module that was loaded.
use strict;
use threads;
use threads::shared;
use POSIX ();
use Digest::MD5 ();
my $sum : shared = 0;
my @threads = map { my $i = $_; threads->create(sub { lock $sum; $sum += POSIX::strtol(Digest::MD5::md5_hex($i) =~ s/^(.{6}).*/$1/r, 16) }) } 1 .. 4;
$_->join for @threads;
print "$sum\n";
