package dev.ringroad.cli.forward;

import dev.ringroad.net.forward.Port;

/** Tells when a port's link goes, and when it comes back. */
final class PortLink {

    private final Port port;
    private boolean seen;
    private boolean up;

    PortLink(Port port) {
        this.port = port;
    }

    /** Prints a line if something has happened since; the first link of all goes without saying. */
    void tellChange() {
        boolean now = port.linkUp();
        if (now == up) {
            return;
        }
        up = now;
        if (!now) {
            tell("the link is down; what is to leave here is dropped meanwhile");
        } else if (seen) {
            tell("the link is up again");
        }
        seen = true;
    }

    private void tell(String what) {
        System.out.println(
                "port " + port.number() + " " + port.device().name() + ": " + what + ".");
    }
}
