/**
 * The program that confines itself with Landlock and a system-call filter, and then becomes the guest.
 * In Perl, because it needs bare system calls and must be there already: Debian and its children count
 * `perl-base` among the essential packages, and Node cannot make such calls.
 *
 * Arguments: `key=value` words, `--`, and the command.
 * - `arch`: `x64` or `arm64`, as `process.arch` has it
 * - `filter`: file with the system-call filter, as `buildSeccompFilter` makes it
 * - `user`: user and group to become; absent where we may not change users
 * - `rule`: `access,access,…:path`, any number; everything else of the file system is refused
 *
 * It ends with a sentence on standard error at the first step that the kernel refuses: a guest that is
 * confined by half does not start.
 */
export const LANDLOCK_SCRIPT = `use strict;
use warnings;

my %NUMBERS = (
  x64 => { openat => 257, prctl => 157, seccomp => 317, capset => 126, setsid => 112,
           setgroups => 116, setresgid => 119, setresuid => 117 },
  arm64 => { openat => 56, prctl => 167, seccomp => 277, capset => 91, setsid => 157,
             setgroups => 159, setresgid => 149, setresuid => 147 },
);
my ($CREATE_RULESET, $ADD_RULE, $RESTRICT_SELF) = (444, 445, 446);
my ($AT_FDCWD, $O_PATH, $O_CLOEXEC) = (-100, 0x200000, 0x80000);
my ($PR_SET_PDEATHSIG, $PR_CAPBSET_DROP, $PR_SET_NO_NEW_PRIVS, $PR_CAP_AMBIENT) = (1, 24, 38, 47);
my $SIGKILL = 9;
my $EINVAL = 22;

# Bits of the kernel's interface, and how many of them each version knows.
my %ACCESS = (
  'execute' => 0, 'write-file' => 1, 'read-file' => 2, 'read-dir' => 3, 'remove-dir' => 4,
  'remove-file' => 5, 'make-dir' => 7, 'make-reg' => 8, 'refer' => 13, 'truncate' => 14,
);
sub count_accesses {
  my ($abi) = @_;
  return $abi >= 5 ? 16 : $abi >= 3 ? 15 : $abi == 2 ? 14 : 13;
}

my (%options, @rules);
while (@ARGV) {
  my $word = shift @ARGV;
  last if $word eq '--';
  my ($key, $value) = $word =~ /^(\\w+)=(.*)$/s or die "An argument that is none: $word\\n";
  if ($key eq 'rule') { push @rules, $value } else { $options{$key} = $value }
}
die "No command was given\\n" unless @ARGV;
my $calls = $NUMBERS{$options{arch} // ''} or die "No system calls are known for this architecture\\n";
my $parent = getppid;

sub must {
  my ($what, $answer) = @_;
  die "The kernel refused to $what: $!\\n" if $answer < 0;
  return $answer;
}

open(my $file, '<:raw', $options{filter} // '') or die "The system-call filter cannot be read: $!\\n";
my $filter = do { local $/; <$file> };
close($file);
die "The system-call filter is empty\\n" if length($filter) < 8;

my $abi = syscall($CREATE_RULESET, 0, 0, 1);
die "This kernel has no Landlock: $!\\n" if $abi < 1;
my $known = (1 << count_accesses($abi)) - 1;
# Since version 4 also TCP; since version 6 also abstract sockets and signals to processes outside.
my $attributes = pack('Q', $known);
$attributes .= pack('Q', 3) if $abi >= 4;
$attributes .= pack('Q', 3) if $abi >= 6;
my $ruleset = must('make a ruleset', syscall($CREATE_RULESET, $attributes, length($attributes), 0));
for my $rule (@rules) {
  my ($names, $path) = $rule =~ /^([^:]+):(.+)$/s or die "A rule that is none: $rule\\n";
  my $access = 0;
  for my $name (split /,/, $names) {
    die "An access that is none: $name\\n" unless exists $ACCESS{$name};
    $access |= 1 << $ACCESS{$name};
  }
  my $fd = must("open $path", syscall($calls->{openat}, $AT_FDCWD, $path, $O_PATH | $O_CLOEXEC, 0));
  my $beneath = pack('Ql', $access & $known, $fd);
  must("allow $path", syscall($ADD_RULE, $ruleset, 1, $beneath, 0));
}

# A session of its own: no terminal, and signals to its process group reach nobody else. It fails only
# for one that leads a group already.
syscall($calls->{setsid});
for my $capability (0 .. 63) {
  last if syscall($calls->{prctl}, $PR_CAPBSET_DROP, $capability, 0, 0, 0) < 0 && $! == $EINVAL;
}
syscall($calls->{prctl}, $PR_CAP_AMBIENT, 4, 0, 0, 0);
if (defined $options{user}) {
  my $user = int($options{user});
  die "A user that is none: $options{user}\\n" unless $user > 0;
  must('leave all groups', syscall($calls->{setgroups}, 0, 0));
  must('change the group', syscall($calls->{setresgid}, $user, $user, $user));
  must('change the user', syscall($calls->{setresuid}, $user, $user, $user));
}
my ($header, $none) = (pack('Ll', 0x20080522, 0), pack('L6', (0) x 6));
must('drop capabilities', syscall($calls->{capset}, $header, $none));
# After the user changed, which would reset it.
must('end with the host', syscall($calls->{prctl}, $PR_SET_PDEATHSIG, $SIGKILL, 0, 0, 0));
exit 1 if getppid != $parent;
must('forbid new privileges', syscall($calls->{prctl}, $PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
must('take the file system away', syscall($RESTRICT_SELF, $ruleset, 0));
my $program = pack('Sx6P', length($filter) / 8, $filter);
must('load the system-call filter', syscall($calls->{seccomp}, 1, 0, $program));
exec { $ARGV[0] } @ARGV or die "$ARGV[0] did not start: $!\\n";
`;
