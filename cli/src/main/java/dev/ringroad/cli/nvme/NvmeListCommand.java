package dev.ringroad.cli.nvme;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.cli.common.Subcommand;
import dev.ringroad.core.pci.PciAddress;
import dev.ringroad.core.pci.PciBackEnd;
import dev.ringroad.core.pci.PciBackEnds;
import dev.ringroad.core.pci.PciDevice;
import dev.ringroad.core.pci.PciIdentity;
import dev.ringroad.core.pci.PciTree;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Lists drives. */
@Command(
        name = "list",
        description = {
            "Lists the NVMe drives: those that can be taken, with what they say of themselves, and those that"
                    + " somebody else has.",
            "A drive that can be taken is taken for a moment, which resets its controller."
        },
        footer = {"", "Example:", "  ringroad nvme list --json"})
final class NvmeListCommand extends Subcommand {
    private static final String USUAL = "vfio";

    /** They take what other drivers have, and work without protection: by name only. */
    private static final Set<String> WHEN_ASKED = Set.of("sysfs", "vfio-noiommu");

    @Option(names = "--json", description = "Prints an array of objects instead.")
    private boolean json;

    /** Used by picocli. */
    NvmeListCommand() {}

    @Override
    public void run() {
        List<Facts> all = new ArrayList<>();
        try {
            addKernels(all);
            for (PciBackEnd backEnd : PciBackEnds.all()) {
                if (!WHEN_ASKED.contains(backEnd.name()) && !backEnd.name().equals(USUAL)) {
                    addOthers(all, backEnd);
                }
            }
        } catch (IOException e) {
            throw Refusal.failed(String.valueOf(e.getMessage()));
        }
        if (json) {
            System.out.print(Facts.json(all));
        } else if (all.isEmpty()) {
            System.out.println("There is no NVMe drive.");
        } else {
            all.forEach(facts -> System.out.print(facts.text()));
        }
    }

    /** What this machine's kernel sees; it tells the class without anybody taking the function. */
    private static void addKernels(List<Facts> all) throws IOException {
        PciTree tree = PciTree.here();
        List<PciAddress> free = PciBackEnds.named(USUAL).functions();
        for (PciAddress address : tree.functions()) {
            if (tree.identity(address).classCode() != PciIdentity.CLASS_NVME) {
                continue;
            }
            if (free.contains(address)) {
                all.add(brief(address.toString()));
            } else {
                String driver = tree.driver(address).orElse("none");
                all.add(
                        new Facts()
                                .add("device", address.toString())
                                .add("driver", driver)
                                .add("remedy", "ringroad pci bind " + address));
            }
        }
    }

    private static void addOthers(List<Facts> all, PciBackEnd backEnd) throws IOException {
        for (PciAddress address : backEnd.functions()) {
            boolean drive;
            try (PciDevice device = backEnd.open(address)) {
                drive = PciIdentity.of(device.config()).classCode() == PciIdentity.CLASS_NVME;
            } catch (IOException e) {
                continue; // somebody uses it; whether it is a drive cannot be told
            }
            if (drive) {
                all.add(brief(backEnd.name() + ":" + address));
            }
        }
    }

    private static Facts brief(String place) {
        try {
            return Drives.use(place, controller -> DriveFacts.brief(place, controller));
        } catch (Refusal e) {
            return new Facts().add("device", place).add("unusable", String.valueOf(e.getMessage()));
        }
    }
}
