/**
 * vhost-user's back end: a network device for a driver in another process, a virtual machine or
 * DPDK's virtio-user, whose rings and buffers lie in memory that the driver shares.
 */
@NullMarked
package dev.ringroad.net.driver.vhost;

import org.jspecify.annotations.NullMarked;
