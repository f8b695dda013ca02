package dev.ringroad.cli.pci;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.core.pci.PciAddress;

import java.util.List;

/** The functions that a user has named. */
final class Addresses {
    private Addresses() {}

    static List<PciAddress> of(List<String> words) {
        try {
            return words.stream().map(PciAddress::parse).distinct().toList();
        } catch (IllegalArgumentException e) {
            throw Refusal.wrongUse(String.valueOf(e.getMessage()));
        }
    }
}
