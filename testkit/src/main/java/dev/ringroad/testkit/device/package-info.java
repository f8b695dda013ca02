/** The contract of network devices as tests, which every driver and every decorator runs. */
@NullMarked
package dev.ringroad.testkit.device;

import org.jspecify.annotations.NullMarked;
