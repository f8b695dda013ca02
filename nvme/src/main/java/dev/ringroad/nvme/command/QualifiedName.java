package dev.ringroad.nvme.command;

/** Names of hosts and subsystems (NVM Express Base Specification 2.0, section 4.5). */
public final class QualifiedName {
    /** The most bytes of a name. */
    public static final int BYTES_MAX = 223;

    /** Bytes of a field for a name, filled up with zeroes. */
    public static final int FIELD_BYTES = 256;

    /** The subsystem that tells of others. */
    public static final String DISCOVERY = "nqn.2014-08.org.nvmexpress.discovery";

    /** What precedes the UUID in a name made of one. */
    public static final String OF_UUID = "nqn.2014-08.org.nvmexpress:uuid:";

    private QualifiedName() {}

    /** Whether it is one: "nqn.", a year and a month, a domain; printable, not too long. */
    public static boolean isValid(String name) {
        return name.length() <= BYTES_MAX && name.matches("nqn\\.[0-9]{4}-[0-9]{2}\\.[!-~]+");
    }
}
