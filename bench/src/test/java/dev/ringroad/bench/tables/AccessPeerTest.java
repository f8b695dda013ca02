package dev.ringroad.bench.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ringroad.bench.dpdk.DpdkAccessTest;
import dev.ringroad.net.table.AccessList;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Others' access list says of each packet what ours says. */
class AccessPeerTest {
    private static final int PACKETS = 2048;

    @ParameterizedTest(name = "{0} rules")
    @ValueSource(ints = {1, 63, 64, 65, 1000})
    void agreesWithOurs(int rules) throws Exception {
        String missing = DpdkAccessTest.missing();
        assumeTrue(missing == null, missing);
        AccessWork work = new AccessWork(rules, rules, PACKETS);
        int[] actions = new int[PACKETS];
        AccessList.compile(work.rules()).classify(work.packets(), 0, PACKETS, actions);
        assertThat(actions).contains(AccessList.NO_RULE, 0);
        assertThat(new AccessPeer(work, 0).results()).isEqualTo(actions);
    }
}
