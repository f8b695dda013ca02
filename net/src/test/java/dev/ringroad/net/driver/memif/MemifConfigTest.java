package dev.ringroad.net.driver.memif;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.MacAddress;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.device.SpecException;
import dev.ringroad.net.driver.NetDevices;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;

class MemifConfigTest {

    private static MemifConfig of(String text) {
        DeviceSpec spec = DeviceSpec.parse(text);
        MemifConfig config = MemifConfig.of(spec);
        spec.requireAllTaken();
        return config;
    }

    @Test
    void aSpecSaysEverything() {
        assertThat(
                        of(
                                "memif:/tmp/a,role=server,id=7,secret=s,ring=8,buffer=4096,packets=999,"
                                        + "zero-copy=yes,mtu=1400,mac=02:00:00:00:00:01,abstract=yes,"
                                        + "checksum=no,unsealed=yes"))
                .isEqualTo(
                        new MemifConfig(
                                "/tmp/a",
                                true,
                                MemifRole.SERVER,
                                7,
                                "s",
                                8,
                                4096,
                                999,
                                true,
                                1400,
                                MacAddress.parse("02:00:00:00:00:01"),
                                false,
                                true));
    }

    @Test
    void whatIsNotSaidIsAsUsual() {
        assertThat(of("memif:/tmp/a")).isEqualTo(MemifConfig.client("/tmp/a"));
        assertThat(of("memif:/tmp/a,role=server")).isEqualTo(MemifConfig.server("/tmp/a"));
        assertThat(of("memif:/tmp/a,zero-copy=yes,mtu=9000").bufferBytes()).isEqualTo(9018);
        assertThat(of("memif:/tmp/a").mac()).isNotEqualTo(of("memif:/tmp/a,role=server").mac());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "role=master | one of server, client",
                "ring=15 | from 1 to 14",
                "ring=0 | from 1 to 14",
                "buffer=12 | from 128 to",
                "mtu=67 | from 68 to",
                "zero-copy=maybe | one of yes, no",
                "secret=0123456789012345678901234 | 24 bytes",
                "packets=5 | from 1024 to",
                "zero-copy=yes,buffer=1024 | needs buffer=1518",
                "ring=1,buffer=128 | does not fit a ring of 2",
                "mac=nothing | not an Ethernet address",
                "colour=red | colour"
            })
    void wrongOptionsAreSaidInASentence(String options, String why) {
        assertThatThrownBy(() -> of("memif:/tmp/a," + options))
                .isInstanceOf(SpecException.class)
                .hasMessageContaining(why);
    }

    @Test
    void aDeviceIsOpenedByItsSpec(@TempDir Path folder) throws Exception {
        String path = folder.resolve("m").toString();
        try (CounterFile counters = CounterFile.inMemory(64);
                NetDevice device =
                        NetDevices.open(
                                DeviceSpec.parse("memif:" + path + ",role=server"), counters)) {
            assertThat(device.name()).isEqualTo("memif:" + path);
            assertThat(device.linkUp()).isFalse();
            assertThat(Path.of(path)).exists();
        }
        assertThat(Path.of(path)).doesNotExist();
    }
}
