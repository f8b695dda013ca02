package dev.ringroad.testkit.guest;

import dev.ringroad.core.pci.PciBackEnds;

import java.io.IOException;

/** Runs in the guest: tries to take PCI functions, and prints for each what became of it. */
final class OpenProgram {
    private OpenProgram() {}

    public static void main(String[] places) {
        for (String place : places) {
            try {
                PciBackEnds.open(place).close();
                System.out.println(place + " was opened");
            } catch (IOException e) {
                System.out.println(place + " was refused: " + e.getMessage());
            }
        }
    }
}
