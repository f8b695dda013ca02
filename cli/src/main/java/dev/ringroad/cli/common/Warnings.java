package dev.ringroad.cli.common;

import dev.ringroad.nvme.block.BlockDevice;

import java.util.List;

/**
 * What block devices have to say that no request is told, on the standard error, when it changes.
 */
public final class Warnings {
    private final List<BlockDevice> devices;
    private List<String> told = List.of();

    /** Of devices that the caller may go on adding to. */
    public Warnings(List<BlockDevice> devices) {
        this.devices = devices;
    }

    /** Tells what was not told the last time. */
    public void tell() {
        List<String> now = devices.stream().flatMap(each -> each.warnings().stream()).toList();
        now.stream()
                .filter(each -> !told.contains(each))
                .forEach(each -> System.err.println("ringroad: " + each + "."));
        if (now.isEmpty() && !told.isEmpty()) {
            System.err.println("ringroad: that is over, all devices are as they should be.");
        }
        told = now;
    }
}
