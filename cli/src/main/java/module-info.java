/** The ringroad command. */
module dev.ringroad.cli {
    requires static org.jspecify;
    requires dev.ringroad.bench;
    requires dev.ringroad.nvme;
    requires dev.ringroad.sockets;
    requires dev.ringroad.uring;
    requires dev.ringroad.workloads;
    requires info.picocli;

    opens dev.ringroad.cli to
            info.picocli;
    opens dev.ringroad.cli.afxdp to
            info.picocli;
    opens dev.ringroad.cli.common to
            info.picocli;
    opens dev.ringroad.cli.doctor to
            info.picocli;
    opens dev.ringroad.cli.forward to
            info.picocli;
    opens dev.ringroad.cli.inspect to
            info.picocli;
    opens dev.ringroad.cli.nvme to
            info.picocli;
    opens dev.ringroad.cli.pci to
            info.picocli;
    opens dev.ringroad.cli.run to
            info.picocli;
    opens dev.ringroad.cli.uring to
            info.picocli;
    opens dev.ringroad.cli.volume to
            info.picocli;
}
