package dev.ringroad.cli.volume;

import dev.ringroad.bench.Json;
import dev.ringroad.nvme.volume.StoreInfo;
import dev.ringroad.nvme.volume.VolumeInfo;

import picocli.CommandLine.Command;

import java.time.Instant;
import java.util.List;
import java.util.StringJoiner;

/** Shows the volumes of a store. */
@Command(
        name = "list",
        description = "Shows the volumes and snapshots of a store, and how full it is.")
final class ListCommand extends StoreCommand {

    /** Used by picocli. */
    ListCommand() {}

    @Override
    public void run() {
        onStore(
                store ->
                        System.out.print(
                                isJson()
                                        ? json(store.info(), store.volumes())
                                        : table(store.info(), store.volumes())));
    }

    /** A line for each volume, and one for the store. */
    static String table(StoreInfo info, List<VolumeInfo> volumes) {
        StringBuilder text = new StringBuilder();
        int width = volumes.stream().mapToInt(volume -> volume.name().length()).max().orElse(0);
        String format = "%-" + Math.max(width, 4) + "s  %-8s  %10s  %10s  %s%n";
        text.append(format.formatted("NAME", "KIND", "SIZE", "DATA", "ORIGIN"));
        for (VolumeInfo volume : volumes) {
            String origin = volume.origin();
            text.append(
                    format.formatted(
                                    volume.name(),
                                    volume.snapshot() ? "snapshot" : "volume",
                                    Sizes.words(volume.bytes()),
                                    Sizes.words(volume.usedBytes()),
                                    origin == null ? "" : origin)
                            .stripTrailing());
            text.append('\n');
        }
        text.append(
                "%s of %s free, in clusters of %s; %d changes so far.%n"
                        .formatted(
                                Sizes.words(info.freeBytes()),
                                Sizes.words(info.bytes()),
                                Sizes.words(info.clusterBytes()),
                                info.generation()));
        return text.toString();
    }

    /** The same, in bytes. */
    static String json(StoreInfo info, List<VolumeInfo> volumes) {
        StringJoiner array = new StringJoiner(",\n  ", "[\n  ", "\n]").setEmptyValue("[]");
        for (VolumeInfo volume : volumes) {
            String origin = volume.origin();
            array.add(
                    new StringJoiner(", ", "{", "}")
                            .add("\"name\": " + Json.quote(volume.name()))
                            .add("\"identity\": " + volume.identity())
                            .add("\"snapshot\": " + volume.snapshot())
                            .add("\"origin\": " + (origin == null ? "null" : Json.quote(origin)))
                            .add("\"bytes\": " + volume.bytes())
                            .add("\"used_bytes\": " + volume.usedBytes())
                            .add(
                                    "\"created\": "
                                            + Json.quote(
                                                    Instant.ofEpochMilli(volume.createdMillis())
                                                            .toString()))
                            .toString());
        }
        return "{\"bytes\": %d, \"free_bytes\": %d, \"cluster_bytes\": %d, \"generation\": %d, \"volumes\": %s}%n"
                .formatted(
                        info.bytes(),
                        info.freeBytes(),
                        info.clusterBytes(),
                        info.generation(),
                        array);
    }
}
