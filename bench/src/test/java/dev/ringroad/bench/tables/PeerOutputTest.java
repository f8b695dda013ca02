package dev.ringroad.bench.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.ringroad.bench.dpdk.DpdkOutput;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What dpdk-test 22.11 prints is read, and what it does not print is missed. */
class PeerOutputTest {
    private static final List<String> ROUTES =
            List.of(
                    "No. routes = 1076806",
                    "DEPTH    QUANTITY (PERCENT)",
                    "07              4 (0.00)",
                    "24         583900 (54.23)",
                    "Average LPM Add: 618157 cycles",
                    "Average LPM Lookup: 47.5 cycles (fails = 12.5%)",
                    "BULK LPM Lookup: 24.3 cycles (fails = 12.5%)");

    private static final List<String> FLOWS =
            List.of(
                    "Without locks in the code",
                    "ELEMENTS IN PRIMARY LOCATION",
                    " Operations with 8-byte data",
                    "Without pre-computed hash values",
                    "16                1                 2                 3                 4   ",
                    "ELEMENTS IN PRIMARY OR SECONDARY LOCATION",
                    " Operations without data",
                    "Without pre-computed hash values",
                    "16                5                 6                 7                 8   ",
                    " Operations with 8-byte data",
                    "Without pre-computed hash values",
                    "8                 137               218               73                185 ",
                    "16                133               282               84                296 ",
                    "With pre-computed hash values",
                    "16                122               152               69                203 ");

    private static final List<String> HASHES =
            List.of(
                    "Average rte_softrss() takes \t\t75.0 cycles for key len 8",
                    "Average rte_softrss_be() takes \t\t73.6 cycles for key len 8",
                    "Average rte_softrss_be() takes \t\t104.4 cycles for key len 12",
                    "Average rte_softrss_be() takes \t\t315.5 cycles for key len 32",
                    "Average rte_softrss_be() takes \t\t384.6 cycles for key len 36");

    private static DpdkOutput said(List<String> lines) {
        return new DpdkOutput("autotest", lines.stream().map(String::strip).toList());
    }

    @Test
    void routes() throws IOException {
        RoutePeer peer = RoutePeer.parse(said(ROUTES));
        assertThat(peer.routesOfLength()[7]).isEqualTo(4);
        assertThat(peer.routesOfLength()[24]).isEqualTo(583900);
        assertThat(peer.add()).isEqualTo(618157);
        assertThat(peer.single()).isEqualTo(47.5);
        assertThat(peer.bulk()).isEqualTo(24.3);
    }

    @Test
    void routesOfIpv6() throws IOException {
        List<String> lines = new ArrayList<>(ROUTES);
        lines.add("100              5 (0.50)");
        assertThat(RoutePeer.parse(said(lines)).routesOfLength()[100]).isEqualTo(5);
    }

    @Test
    void hashes() throws IOException {
        assertThat(HashPeer.parse(said(HASHES)))
                .isEqualTo(new HashFigures(73.6, 104.4, 315.5, 384.6));
    }

    @Test
    void flowsOfTheSectionThatIsLikeOurs() throws IOException {
        assertThat(FlowPeer.parse(said(FLOWS))).isEqualTo(new FlowPeer(133, 282, 84, 296));
    }

    @Test
    void missingFiguresAreAnError() {
        assertThatIOException()
                .isThrownBy(() -> RoutePeer.parse(said(ROUTES.subList(0, 6))))
                .withMessageContaining("BULK");
        assertThatIOException()
                .isThrownBy(() -> FlowPeer.parse(said(FLOWS.subList(0, 11))))
                .withMessageContaining("8-byte data");
        assertThatIOException()
                .isThrownBy(() -> HashPeer.parse(said(HASHES.subList(0, 4))))
                .withMessageContaining("key len 36");
    }
}
