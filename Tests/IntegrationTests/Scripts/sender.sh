# An application that sends mail until it is told to stop, for `sh -c` in a pod that has nothing but busybox.
#
# $1: the Service's name; $2: its port; $3: what the recipients begin with; $4: how many processes send side by side.
#
# Each message has a connection of its own, and nothing is tried twice. Prints a line for each message: "ok RECIPIENT"
# where it was accepted, else "failed RECIPIENT" and what the server said. Ends when there is the file /tmp/stop.

# The first process takes its time over each message, so that there always is one under way.
dialogue() {
    printf 'EHLO sender\r\nMAIL FROM:<sender@example.test>\r\n'
    [ "$2" != 1 ] || sleep 1
    printf 'RCPT TO:<%s>\r\nDATA\r\n' "$1"
    [ "$2" != 1 ] || sleep 1
    printf 'Subject: %s\r\n\r\nSome test data.\r\n.\r\nQUIT\r\n' "$1"
}

line_end='
'

send() {
    n=0
    while [ ! -e /tmp/stop ]; do
        n=$((n + 1))
        recipient=$3-$4-$n@example.test
        reply=$(dialogue "$recipient" "$4" | nc -w 60 "$1" "$2" 2>&1)
        # The reply to the dot is the one after the 354.
        case ${reply#*354 } in
        "$reply") echo "failed $recipient" $reply ;;
        *"$line_end"250*) echo "ok $recipient" ;;
        *) echo "failed $recipient" $reply ;;
        esac
        sleep 0.3
    done
}

p=0
while [ "$p" -lt "$4" ]; do
    p=$((p + 1))
    send "$1" "$2" "$3" "$p" &
done
wait
