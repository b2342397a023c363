#!/usr/bin/perl
# Drops each file of STAGE into INCOMING by METHOD. With DONE, waits for each job's end. Status 1 if a call failed.
# usage: perl.pl METHOD STAGE INCOMING [DONE]
use strict;
use warnings;
use File::Copy qw(cp copy move);
use Time::HiRes qw(sleep);

my ($method, $stage, $incoming, $done) = @ARGV;
my %methods = (
    'File::Copy::copy' => sub { copy($_[0], $_[1]) },
    'File::Copy::cp' => sub { cp($_[0], $_[1]) },
    'File::Copy::move' => sub { move($_[0], $_[1]) },
    'File::Copy::move from elsewhere' => sub { move($_[0], $_[1]) },
    'open and chmod' => sub {
        open(my $in, '<', $_[0]) or return 0;
        open(my $out, '>', $_[1]) or return 0;
        print $out $_ while <$in>;
        close($out) && chmod(0640, $_[1]) == 1;
    },
    'rename' => sub { rename($_[0], $_[1]) },
);
my $drop = $methods{$method} or die "no method $method\n";
my $failed = 0;
opendir(my $folder, $stage) or die "$stage: $!\n";
for my $name (sort grep { !/^\./ } readdir $folder) {
    if (!$drop->("$stage/$name", "$incoming/$name")) {
        $failed = 1;
        print STDERR "failed: $name: $!\n";
    }
    for (my $tries = 0; $done && !-e "$done/$name" && $tries < 10_000; $tries++) { sleep(0.001) }
}
exit $failed;
