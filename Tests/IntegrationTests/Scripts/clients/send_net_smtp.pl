# Sends the message on standard input with Net::SMTP: PORT SENDER PARAMETER,... RECIPIENT...
use strict;
use warnings;
use Net::SMTP;

my ($port, $sender, $parameters, @recipients) = @ARGV;
my $connection = Net::SMTP->new('127.0.0.1', Port => $port, Hello => 'client.example.test', Timeout => 60)
    or die "no connection: $@\n";
my %options = $parameters =~ /8BITMIME/ ? (Bits => '8') : ();
my $taken = $connection->mail($sender, %options) && $connection->to(@recipients) && $connection->data;
while ($taken && read STDIN, my $part, 65536) {
    $taken = $connection->datasend($part);
}
$taken &&= $connection->dataend;
die $connection->code, ' ', $connection->message unless $taken;
$connection->quit;
