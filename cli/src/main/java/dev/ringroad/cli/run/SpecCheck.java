package dev.ringroad.cli.run;

import dev.ringroad.cli.common.Machine;
import dev.ringroad.cli.common.OutputFile;
import dev.ringroad.cli.common.Refusal;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.SpecException;
import dev.ringroad.net.driver.Decorations;
import dev.ringroad.net.driver.NetDevices;
import dev.ringroad.stack.ip.InterfaceConfig;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Looks at device specifications before a JVM is started for them, so that what is wrong is said at
 * once and in a sentence. The drivers check everything again when they open the devices.
 */
final class SpecCheck {
    private static final int UNIX_PATH_BYTES_MAX =
            107; // sun_path of 108 bytes in linux/un.h, with its end
    private static final int INTERFACE_NAME_MAX = 15; // IFNAMSIZ of 16 in linux/if.h, with its end
    private static final int UNIX_TABLE_FIELDS = 8; // proc_net(5): Num … Inode Path
    private static final String LISTENING = "00010000"; // __SO_ACCEPTCON in linux/net.h

    private static final List<String> KINDS =
            List.of("memif", "vhost", "virtio", "tap", "afpacket", "afxdp");

    private final Machine machine;

    private SpecCheck(Machine machine) {
        this.machine = machine;
    }

    /** Refuses the first specification that cannot work. */
    static void all(List<String> specs) {
        all(specs, Machine.here());
    }

    /** The same on another machine. */
    static void all(List<String> specs, Machine machine) {
        SpecCheck check = new SpecCheck(machine);
        Set<String> devices = new HashSet<>();
        Set<Path> captures = new HashSet<>();
        for (String spec : specs) {
            try {
                DeviceSpec parsed = DeviceSpec.parse(spec);
                if (!devices.add(parsed.kind() + ":" + parsed.address())
                        && !parsed.options().containsKey("id")) {
                    throw Refusal.wrongUse(
                            "Two --net name the device "
                                    + parsed.kind()
                                    + ":"
                                    + parsed.address()
                                    + "; leave one of them out.");
                }
                bySelf(DeviceSpec.parse(spec));
                @Nullable Path capture = Decorations.of(parsed).capture();
                if (capture != null && !captures.add(capture.toAbsolutePath().normalize())) {
                    throw Refusal.wrongUse(
                            "Two --net capture into " + capture + "; give each a file of its own.");
                }
                check.one(parsed);
                if (capture != null) {
                    OutputFile.check(capture);
                }
            } catch (SpecException e) {
                throw Refusal.wrongUse(sentence(e.getMessage()));
            }
        }
    }

    private static String sentence(@Nullable String text) {
        String said = String.valueOf(text);
        return said.endsWith(".") ? said : said + ".";
    }

    /** What is wrong whatever the machine, told before anything about the machine is. */
    private static void bySelf(DeviceSpec spec) {
        if (!KINDS.contains(spec.kind())) {
            throw Refusal.wrongUse(
                    "There is no device kind "
                            + spec.kind()
                            + " in \""
                            + spec
                            + "\"; there are "
                            + String.join(", ", KINDS)
                            + ".");
        }
        InterfaceConfig.take(spec);
        NetDevices.check(spec);
    }

    private void one(DeviceSpec spec) {
        switch (spec.kind()) {
            case "memif" -> socket(spec, "client", spec.takeYesNo("abstract", false));
            case "vhost" -> socket(spec, "server", false);
            case "virtio" -> socket(spec, "client", false);
            case "tap" -> tap(spec);
            case "afpacket" -> framesOf(spec, Machine.CAP_NET_RAW, "CAP_NET_RAW");
            case "afxdp" -> afXdp(spec);
            default -> throw new IllegalStateException("no check for " + spec.kind());
        }
    }

    /** What another has opened needs neither rights nor the interface. */
    private void afXdp(DeviceSpec spec) {
        String opener = spec.take("from");
        if (opener == null) {
            framesOf(spec, Machine.CAP_NET_ADMIN, "CAP_NET_ADMIN");
        } else {
            folder(Path.of(opener), false);
        }
    }

    /** Of a device that meets its peer at a Unix socket. */
    private void socket(DeviceSpec spec, String usualRole, boolean inAbstract) {
        String role = spec.takeOneOf("role", usualRole, List.of("server", "client"));
        Path path = Path.of(spec.address());
        if (spec.address().getBytes(StandardCharsets.UTF_8).length > UNIX_PATH_BYTES_MAX) {
            throw Refusal.wrongUse(
                    "The socket path "
                            + path
                            + " is longer than "
                            + UNIX_PATH_BYTES_MAX
                            + " bytes, which is the kernel's limit; choose a shorter one.");
        }
        if (!inAbstract) {
            folder(path, role.equals("server"));
        }
        String listed = (inAbstract ? "@" : "") + spec.address();
        if (role.equals("server") && isListening(listed)) {
            throw Refusal.wrongUse(
                    "Another process listens on "
                            + spec.address()
                            + " already; end it (ss -xlp shows which one), or choose another path or role=client.");
        }
    }

    private void folder(Path path, boolean server) {
        Path folder = path.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw Refusal.wrongUse("The folder of " + path + " does not exist; make it first.");
        }
        if (server && !Files.isWritable(folder)) {
            throw Refusal.wrongUse(
                    "This user may not make a socket in "
                            + folder
                            + "; choose a folder with write access.");
        }
        if (Files.isRegularFile(path) || Files.isDirectory(path)) {
            String word = Files.isDirectory(path) ? "folder" : "file";
            throw Refusal.wrongUse(path + " is a " + word + ", not a socket; choose another path.");
        }
        if (!server && Files.exists(path) && !Files.isWritable(path)) {
            throw Refusal.wrongUse(
                    "This user may not connect to "
                            + path
                            + "; the server's user has to allow writing to it.");
        }
    }

    /** By /proc/net/unix and not by connecting, which the server would notice. */
    private boolean isListening(String path) {
        // Both sides as single bytes: a path may have any.
        String listed =
                new String(path.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        return machine.text("proc/net/unix").stream()
                .flatMap(String::lines)
                .map(line -> line.strip().split("\\s+", UNIX_TABLE_FIELDS))
                .anyMatch(
                        fields ->
                                fields.length == UNIX_TABLE_FIELDS
                                        && fields[3].equals(LISTENING)
                                        && fields[7].equals(listed));
    }

    private void tap(DeviceSpec spec) {
        String name = interfaceName(spec);
        if (!machine.exists("dev/net/tun")) {
            throw Refusal.wrongUse(
                    "/dev/net/tun does not exist; load the kernel's module: modprobe tun.");
        }
        String present = "sys/class/net/" + name;
        if (machine.exists(present) && !machine.exists(present + "/tun_flags")) {
            throw Refusal.wrongUse(
                    "The interface " + name + " exists and is no TAP; choose another name.");
        }
        if (!machine.hasCapability(Machine.CAP_NET_ADMIN) && !machine.exists(present)) {
            throw Refusal.wrongUse(
                    "A new TAP needs the capability CAP_NET_ADMIN; run as root, or have root make one for this user:"
                            + " ip tuntap add "
                            + name
                            + " mode tap user NAME.");
        }
    }

    private void framesOf(DeviceSpec spec, int capability, String capabilityName) {
        String name = interfaceName(spec);
        if (!machine.hasCapability(capability)) {
            throw Refusal.wrongUse(
                    "To read and send an interface's frames over "
                            + spec.kind()
                            + " needs the capability "
                            + capabilityName
                            + "; run as root.");
        }
        if (spec.take("netns") == null && !machine.exists("sys/class/net/" + name)) {
            throw Refusal.wrongUse(
                    "There is no interface "
                            + name
                            + " in this network namespace; `ip link` shows them, and netns=NAME names another namespace.");
        }
    }

    private static String interfaceName(DeviceSpec spec) {
        String name = spec.address();
        if (name.length() > INTERFACE_NAME_MAX || !name.matches("[^/\\s:]+")) {
            throw Refusal.wrongUse(
                    "\""
                            + name
                            + "\" cannot be an interface's name; it has 1 to "
                            + INTERFACE_NAME_MAX
                            + " characters, no slash, colon or space.");
        }
        return name;
    }
}
