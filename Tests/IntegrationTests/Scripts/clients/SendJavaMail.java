import java.util.Properties;
import javax.mail.Message;
import javax.mail.Session;
import javax.mail.Transport;
import javax.mail.internet.InternetAddress;
import javax.mail.internet.MimeMessage;

/** Sends the message on standard input with JavaMail: PORT SENDER CHUNKSIZE RECIPIENT... */
public class SendJavaMail {
    public static void main(String[] arguments) throws Exception {
        Properties properties = new Properties();
        properties.put("mail.smtp.host", "127.0.0.1");
        properties.put("mail.smtp.port", arguments[0]);
        properties.put("mail.smtp.localhost", "client.example.test");
        properties.put("mail.smtp.from", arguments[1]);
        properties.put("mail.smtp.allow8bitmime", "true");
        properties.put("mail.mime.allowutf8", "true");
        if (!arguments[2].isEmpty()) {
            properties.put("mail.smtp.chunksize", arguments[2]);
        }
        Session session = Session.getInstance(properties);
        InternetAddress[] recipients = new InternetAddress[arguments.length - 3];
        for (int index = 0; index < recipients.length; index++) {
            recipients[index] = new InternetAddress(arguments[index + 3]);
        }
        // Parsed and written as it is: nothing is made of it anew.
        MimeMessage message = new MimeMessage(session, System.in);
        try (Transport transport = session.getTransport("smtp")) {
            transport.connect();
            transport.sendMessage(message, recipients);
        } catch (Exception failure) {
            System.err.println(failure);
            System.exit(1);
        }
    }
}
