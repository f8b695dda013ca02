package dev.ringroad.net.ebpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

import java.nio.ByteOrder;
import java.util.HexFormat;

class AssemblerTest {

    @Test
    void assemblesTheRedirectingProgram() {
        assumeTrue(
                ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN,
                "the bytes below are a little-endian machine's");
        assertThat(HexFormat.of().formatHex(RedirectProgram.code(0x1234)))
                .isEqualTo(
                        "6112100000000000"
                                + "1811000034120000"
                                + "0000000000000000"
                                + "b703000002000000"
                                + "8500000033000000"
                                + "9500000000000000");
    }
}
