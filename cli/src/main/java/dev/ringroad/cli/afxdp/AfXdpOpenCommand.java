package dev.ringroad.cli.afxdp;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.cli.common.Subcommand;
import dev.ringroad.core.linux.FileTrouble;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.SpecException;
import dev.ringroad.net.driver.afxdp.AfXdpHandover;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;

/** Opens queues of an interface for programs that may not do it themselves. */
@Command(
        name = "afxdp-open",
        description = {
            "Opens queues of an interface over AF_XDP for programs without rights.",
            "",
            "A program that connects to the Unix socket gets them and keeps them until it ends; then"
                    + " the next one can have them. It asks for them as afxdp:NAME,from=PATH."
        },
        footer = {
            "",
            "Example, as root and then as carol:",
            "  ringroad afxdp-open afxdp:eth0,queues=2 --socket /run/eth0.sock --user carol",
            "  ringroad forward --mode icmpecho --port afxdp:eth0,from=/run/eth0.sock"
        })
public final class AfXdpOpenCommand extends Subcommand {

    @Parameters(paramLabel = "SPEC", description = "The port, such as afxdp:eth0,queue=2.")
    private String spec = "";

    @Option(
            names = "--socket",
            required = true,
            paramLabel = "PATH",
            description = "The Unix socket to listen at.")
    private Path socket = Path.of("");

    @Option(
            names = "--user",
            paramLabel = "NAME",
            description = "Who may connect; root alone if not given.")
    private @Nullable String user;

    @Option(names = "--once", description = "Ends when one program has been served.")
    private boolean once;

    /** Used by picocli. */
    AfXdpOpenCommand() {}

    @Override
    public void run() {
        DeviceSpec device;
        try {
            device = DeviceSpec.parse(spec);
        } catch (SpecException e) {
            throw Refusal.wrongUse(e.getMessage() + ".");
        }
        if (!device.kind().equals("afxdp")) {
            throw Refusal.wrongUse("\"" + spec + "\" is no port of AF_XDP; write afxdp:NAME.");
        }
        try (AfXdpHandover handover = AfXdpHandover.listen(device, socket.toString())) {
            Runtime.getRuntime().addShutdownHook(new Thread(handover::close, "socket file"));
            allow();
            System.out.println("ringroad: " + device.address() + " waits at " + socket + ".");
            do {
                System.out.println("ringroad: " + handover.serve() + ".");
            } while (!once);
        } catch (SpecException e) {
            throw Refusal.wrongUse(e.getMessage() + ".");
        } catch (IOException e) {
            throw Refusal.wrongUse(FileTrouble.words(e) + ".");
        }
    }

    /** The file's rights say who may connect. */
    private void allow() throws IOException {
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
        if (user != null) {
            UserPrincipal owner =
                    socket.getFileSystem()
                            .getUserPrincipalLookupService()
                            .lookupPrincipalByName(user);
            Files.setOwner(socket, owner);
        }
    }
}
