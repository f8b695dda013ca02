/** What every block device keeps, and what tests of block devices share. */
@NullMarked
package dev.ringroad.testkit.block;

import org.jspecify.annotations.NullMarked;
