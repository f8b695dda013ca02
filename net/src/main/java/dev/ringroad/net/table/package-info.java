/**
 * Tables that packet functions look things up in: routes by longest prefix, flows by exact key,
 * rules by five fields, queues by hash.
 *
 * <p>All of them live in primitive arrays on the heap, allocated when the table is made, and no
 * lookup allocates. A table that changes has one writer at a time and any number of readers, which
 * wait for nobody. What a table cannot hold it refuses, and stays as it was.
 */
@NullMarked
package dev.ringroad.net.table;

import org.jspecify.annotations.NullMarked;
