package dev.ringroad.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.HashSet;
import java.util.Set;

class TrackersTest {

    @Test
    void anIdIsNeverAllOnesAndComesBackOnlyAfterAllGenerations() {
        for (int depth : new int[] {1, 2, 127, 128, 4095}) {
            Trackers trackers = new Trackers(depth);
            Set<Integer> ids = new HashSet<>();
            for (int use = 0; use < 0x10000 / trackers.generation; use++) {
                int index = trackers.take(use);
                assertThat(trackers.id(index)).isNotEqualTo(0xffff);
                assertThat(ids.add(trackers.id(index))).as("id of use %d", use).isTrue();
                trackers.release(index);
            }
        }
    }

    @Test
    void asManyAreTakenAsThereAre() {
        Trackers trackers = new Trackers(3);
        Set<Integer> taken = new HashSet<>();
        while (trackers.freeCount > 0) {
            taken.add(trackers.take(0));
        }
        assertThat(taken).containsExactlyInAnyOrder(0, 1, 2);
        assertThat(trackers.outstanding()).isEqualTo(3);
    }
}
