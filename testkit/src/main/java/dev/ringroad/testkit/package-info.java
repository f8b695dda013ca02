/** What only tests need. */
@NullMarked
package dev.ringroad.testkit;

import org.jspecify.annotations.NullMarked;
