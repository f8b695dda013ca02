package dev.ringroad.cli.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.file.FileBlocks;
import dev.ringroad.nvme.block.file.FileOptions;
import dev.ringroad.nvme.volume.VolumeStore;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

final class NvmePerfCommandTest {
    @TempDir private Path folder;

    private Typed perf(String words) {
        return Typed.run(("perf " + words.replace("DIR", folder.toString())).split(" ", -1));
    }

    private Map<?, ?> json() throws IOException {
        return Typed.object(Files.readString(folder.resolve("perf.json")));
    }

    private static double figure(Map<?, ?> json, String group, String name) {
        Map<?, ?> figures = (Map<?, ?>) Objects.requireNonNull(json.get(group));
        return (Double) Objects.requireNonNull(figures.get(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense:1",
                "memory:none",
                "file:DIR/none",
                "file:DIR",
                "memory:1m --bs 1000",
                "memory:1m --bs 0",
                "memory:1m --bs 4x",
                "memory:1m --bs 256",
                "memory:1m --bs 2m",
                "memory:1m,block=4k --bs 512",
                "memory:1m --size 2m",
                "memory:1m --size many",
                "memory:1m --depth 0",
                "memory:1m --depth 65537",
                "memory:2g --depth 65536 --bs 1m",
                "memory:1m --threads 0",
                "memory:1m --threads 257",
                "memory:1m --threads 3 --bs 512k",
                "memory:1m --rw backwards",
                "memory:1m --read-percent 30",
                "memory:1m --rw mixed --read-percent 101",
                "memory:1m --ios 0",
                "memory:1m --rate 0",
                "memory:1m --rate -1",
                "memory:1m --runtime 0",
                "memory:1m --runtime soon",
                "memory:1m --overwrite",
                "memory:1m --json DIR/no/such.json",
                "memory:1m --json DIR",
                "readonly@memory:1m --rw write",
                "mirror(memory:1m,readonly@memory:1m) --rw mixed",
                "mirror,stale=2(memory:1m,memory:1m)",
                "null:1000t --rw randwrite --verify",
                "file:DIR/f,size=1m --rw write",
                "mirror(memory:1m,file:DIR/f,size=1m) --rw write"
            })
    void wrongUseIsASentenceAndMakesNoFile(String words) {
        perf(words).isRefused(Refusal.WRONG_USE);
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"partition:1@memory:1m", "volume:a@memory:1m", "drive:ffff:ff:1f.7/1"})
    void whatCannotBeOpenedIsToldInOneSentence(String device) {
        perf(device).isRefused(Refusal.WRONG_USE, device + " cannot be opened: ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"disk.img", "./disk.img", "/dev/nvme0n1", "Disk", "mirror(memory:1m,b.img)"})
    void aPathIsToldHowFilesAreNamed(String path) {
        perf(path).isRefused(Refusal.WRONG_USE, "file:PATH");
    }

    @Test
    void aDeviceTooSmallIsToldWithItsSize() {
        perf("memory:1k").isRefused(Refusal.WRONG_USE, "1024 bytes", "4096 bytes");
    }

    @Test
    void aDashIsNoFileForTheFigures() {
        perf("memory:1m --json -").isRefused(Refusal.WRONG_USE, "/dev/stdout");
    }

    @Test
    void blocksThatComeBackChangedFailTheRun() throws Exception {
        for (String rw : List.of("write", "randwrite", "mixed")) {
            perf("fault:corrupt,after=40@memory:1m --verify --ios 500 --json DIR/perf.json --rw "
                            + rw)
                    .isRefused(Refusal.FAILED, "is wrong at byte", "found");
            assertThat(json().get("failure")).asString().contains("is wrong at byte");
        }
        perf("memory:64k --rw read --verify").isRefused(Refusal.FAILED, "found no mark");
    }

    @Test
    void readsThatFailAreTold() throws Exception {
        Typed run =
                perf("fault:media-error,on=read,after=20@memory:1m --depth 4 --json DIR/perf.json")
                        .isRefused(Refusal.FAILED, "READ of 8 blocks at ", "the medium failed");
        assertThat(run.out()).contains("reads: ").contains("in flight");
        assertThat(figure(json(), "reads", "count")).isBetween(20.0, 24.0);
        assertThat(json().get("failure")).asString().contains("the medium failed");
    }

    @Test
    void writesAndFlushesThatFailAreTold() {
        perf("fault:no-space,on=write,after=5@memory:1m --rw write")
                .isRefused(Refusal.FAILED, "WRITE of 8 blocks at", "no room is left");
        perf("fault:gone,on=flush@memory:1m --rw write --verify")
                .isRefused(Refusal.FAILED, "flush failed", "the device is gone");
    }

    @Test
    void limitsAreKept() throws Exception {
        perf("memory:1m --ios 1001 --threads 3 --json DIR/perf.json").isDone();
        assertThat(figure(json(), "reads", "count")).isEqualTo(1001);
        perf("memory:1m --size 64k --rw read --json DIR/perf.json").isDone();
        assertThat(json().get("bytes")).isEqualTo(65536.0);
        assertThat(figure(json(), "reads", "count")).isEqualTo(16);
        perf("memory:1m --ios 21 --rate 100 --json DIR/perf.json").isDone();
        assertThat((Double) json().get("seconds")).isGreaterThanOrEqualTo(0.2);
        Typed timed = perf("memory:1m --runtime 1 --json DIR/perf.json").isDone();
        assertThat((Double) json().get("seconds")).isGreaterThanOrEqualTo(1);
        assertThat(timed.out()).contains("randread of memory:1m, 1.0 MiB in pieces of 4096 bytes");
    }

    @Test
    void aMixIsMixedAsAsked() throws Exception {
        perf("memory:1m --rw mixed --read-percent 90 --ios 4000 --seed 3 --json DIR/perf.json")
                .isDone();
        double reads = figure(json(), "reads", "count");
        assertThat(reads + figure(json(), "writes", "count")).isEqualTo(4000);
        assertThat(reads).isBetween(3400.0, 3800.0);
        for (String each : List.of("p50_us", "p90_us", "p99_us", "p99.9_us", "p99.99_us")) {
            assertThat(figure(json(), "writes", each))
                    .isLessThanOrEqualTo(figure(json(), "writes", "max_us"));
        }
        assertThat(json().get("interrupted")).isEqualTo(false);
        assertThat(json().get("seed")).isEqualTo(3.0);
        assertThat(json().get("failure")).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "memory:4m",
                "memory:4m,block=4k",
                "file:DIR/f,size=4m",
                "file:DIR/f,size=4m,ring=no",
                "stripe:16k(file:DIR/a,size=2m,memory:2m)",
                "mirror(file:DIR/a,size=4m,memory:4m)",
                "mirror,rebuild=1(memory:4m,memory:4m)",
                "concat(memory:2m,memory:2m)",
                "delay:50us@memory:4m",
                "limit,requests=100000@memory:4m"
            })
    void whatIsWrittenToADeviceOfAnyKindIsReadBack(String device) throws Exception {
        verifyOn(device);
    }

    @Test
    void whatIsWrittenToAVolumeIsReadBack() throws Exception {
        try (BlockDevice file =
                FileBlocks.open(
                        folder.resolve("store"),
                        FileOptions.ordinary().withCreateBytes(16 << 20))) {
            VolumeStore.format(file, VolumeStore.CLUSTER_BYTES);
            try (VolumeStore store = VolumeStore.open(file)) {
                store.create("data", 4 << 20);
                store.create("large", 1L << 40);
            }
        }
        verifyOn("volume:data@file:DIR/store");
        perf("volume:large@file:DIR/store --size 32m --bs 64k --rw write --overwrite")
                .isRefused(Refusal.FAILED, "no room is left");
    }

    private void verifyOn(String device) throws IOException {
        String rest = " --verify --threads 2 --depth 8 --json DIR/perf.json";
        boolean lasts = device.contains("file:");
        for (String rw : List.of("write", "randwrite", "mixed")) {
            perf(device + rest + " --rw " + rw + (lasts ? " --overwrite" : "")).isDone();
            assertThat((Double) json().get("read_back")).as(rw).isPositive();
            assertThat(json().get("failure")).as(rw).isNull();
        }
        if (lasts) {
            perf(device + " --verify --rw write --overwrite --seed 5").isDone();
            Typed read = perf(device + " --verify --rw read --seed 5 --bs 4k");
            // Of a device that is partly memory, that part is gone.
            if (device.contains("memory:") && !device.startsWith("mirror")) {
                read.isRefused(Refusal.FAILED, "found no mark");
            } else if (!device.startsWith("mirror")) {
                assertThat(read.isDone().out()).contains("1024 blocks were verified");
            }
        }
    }

    @Test
    void aLegThatIsLostIsToldAtTheEnd() throws Exception {
        Typed run =
                perf("mirror(memory:1m,fault:media-error,on=write,times=1@memory:1m)"
                                + " --rw write --verify --json DIR/perf.json")
                        .isDone();
        assertThat(run.err())
                .contains("ringroad: Leg 1 of mirror(")
                .contains("a write or flush failed: the medium failed", "has to be rebuilt.");
        assertThat(json().get("warnings")).asInstanceOf(InstanceOfAssertFactories.LIST).hasSize(1);
    }

    @Test
    void whatAStoreHasOpenIsNotWrittenOver() throws Exception {
        try (BlockDevice file =
                FileBlocks.open(
                        folder.resolve("store"), FileOptions.ordinary().withCreateBytes(4 << 20))) {
            VolumeStore.format(file, VolumeStore.CLUSTER_BYTES);
            try (VolumeStore store = VolumeStore.open(file)) {
                perf("file:DIR/store --rw write --overwrite")
                        .isRefused(Refusal.FAILED, "is in use");
                assertThat(store.volumes()).isEmpty();
            }
        }
    }
}
