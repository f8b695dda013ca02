package dev.ringroad.bench.fileload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.linux.Descriptor;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

final class RegionTest {
    private static final int BLOCK = 512;

    @TempDir private Path folder;
    private TestFile file;

    @BeforeEach
    void make() throws Exception {
        Path path = Files.write(folder.resolve("file"), new byte[10 * BLOCK + 100]);
        Descriptor open = Descriptor.open(path.toString(), Descriptor.READ_ONLY, 0, "");
        file = new TestFile(path, open, 10 * BLOCK + 100, false);
    }

    @AfterEach
    void close() {
        file.close();
    }

    private Region region(int part, int parts, boolean guarded) {
        return new Region(file, 0, BLOCK, part, parts, guarded);
    }

    @Test
    void partsTogetherAreTheWholeBlocksOfTheFileAndNoMore() {
        Set<Long> seen = new HashSet<>();
        for (int part = 0; part < 3; part++) {
            Region region = region(part, 3, false);
            for (long i = 0; i < region.blocks(); i++) {
                assertThat(seen.add(region.nextPosition())).isTrue();
            }
        }
        assertThat(seen).hasSize(10).allMatch(at -> at % BLOCK == 0 && at < 10 * BLOCK);
    }

    @Test
    void beginsAgainAtItsFirstBlock() {
        Region region = region(1, 2, false);
        long first = region.nextPosition();
        for (long i = 1; i < region.blocks(); i++) {
            assertThat(region.nextPosition()).isGreaterThan(first);
        }
        assertThat(region.nextPosition()).isEqualTo(first);
    }

    @Test
    void randomPositionsReachEachBlockOfThePartAndNoOther() {
        Region region = region(1, 2, false);
        RandomNumbers random = new RandomNumbers(1);
        Set<Long> seen = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            seen.add(region.randomPosition(random));
        }
        assertThat(seen).containsExactlyInAnyOrder(2560L, 3072L, 3584L, 4096L, 4608L);
    }

    @Test
    void noBlockIsInFlightTwiceWhereItIsGuarded() {
        Region region = region(0, 1, true);
        RandomNumbers random = new RandomNumbers(1);
        Set<Long> seen = new HashSet<>();
        for (int tries = 0; tries < 10_000 && seen.size() < 10; tries++) {
            long position = region.randomPosition(random);
            assertThat(position == Region.NONE || seen.add(position)).isTrue();
        }
        assertThat(seen).hasSize(10);
        assertThat(region.randomPosition(random)).isEqualTo(Region.NONE);
        assertThat(region.nextPosition()).isEqualTo(Region.NONE);
        region.done(0);
        assertThat(region.nextPosition()).isZero();
    }

    @Test
    void writtenBlocksComeBackOnceWithTheirVersion() {
        Region region = region(0, 1, true);
        assertThat(region.nextVersion(512)).isOne();
        assertThat(region.nextVersion(512)).isEqualTo(2);
        assertThat(region.nextVersion(4608)).isOne();
        assertThat(region.nextWrittenPosition()).isEqualTo(512);
        assertThat(region.version(512)).isEqualTo(2);
        assertThat(region.nextWrittenPosition()).isEqualTo(4608);
        assertThat(region.nextWrittenPosition()).isEqualTo(Region.NONE);
    }
}
