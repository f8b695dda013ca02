package dev.ringroad.cli.volume;

import dev.ringroad.bench.Json;
import dev.ringroad.cli.common.Refusal;
import dev.ringroad.cli.common.Subcommand;
import dev.ringroad.core.linux.FileTrouble;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.volume.VolumeStore;

import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;

/** What commands have in common that do something with a store. */
abstract class StoreCommand extends Subcommand {
    @Parameters(
            index = "0",
            paramLabel = "STORE",
            description = {
                "A file or a block device, or a text for another one, such as",
                "stripe:64k(file:a,file:b)."
            })
    private String place = "";

    @Option(names = "--json", description = "Tells the result as JSON.")
    private boolean json;

    /** With a store that is open. */
    interface Action {
        void with(VolumeStore store) throws IOException;
    }

    /** With the device that a store is on. */
    interface DeviceAction {
        void with(BlockDevice device) throws IOException;
    }

    final String place() {
        return place;
    }

    final boolean isJson() {
        return json;
    }

    /** Opens the device, and tells a failure as a refusal. */
    final void onDevice(DeviceAction action) {
        try (BlockDevice device = StoreFile.open(place)) {
            action.with(device);
        } catch (IOException e) {
            throw Refusal.failed(sentence(e));
        }
    }

    /** Opens the store. */
    final void onStore(Action action) {
        onDevice(
                device -> {
                    try (VolumeStore store = VolumeStore.open(device)) {
                        action.with(store);
                    }
                });
    }

    /**
     * Says what was done.
     *
     * @param done a sentence up to the name
     * @param name of the volume, or the place of the store
     */
    final void tell(String done, String name) {
        String sentence = done + " " + name;
        if (json) {
            System.out.println(
                    "{\"done\": " + Json.quote(sentence) + ", \"name\": " + Json.quote(name) + "}");
        } else {
            System.out.println(sentence + ".");
        }
    }

    private static String sentence(IOException e) {
        String words = FileTrouble.words(e);
        return words.endsWith(".") ? words : words + ".";
    }
}
