package dev.ringroad.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.CRC32C;

final class TreeSumsTest {

    @Test
    void everyFileHasItsOwnSum(@TempDir Path folder) throws Exception {
        Map<Path, Long> expected = new TreeMap<>();
        Random random = new Random(4);
        for (int i = 0; i < 300; i++) {
            Path below = Files.createDirectories(folder.resolve("d" + i % 7));
            byte[] content = new byte[random.nextInt(200_000)];
            random.nextBytes(content);
            CRC32C sum = new CRC32C();
            sum.update(content);
            expected.put(Files.write(below.resolve("f" + i), content), sum.getValue());
        }
        assertThat(TreeSums.of(folder)).isEqualTo(expected);
    }
}
