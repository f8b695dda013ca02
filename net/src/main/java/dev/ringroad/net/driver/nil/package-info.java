/** A device without another side: it makes frames out of nothing and swallows what is sent. */
@NullMarked
package dev.ringroad.net.driver.nil;

import org.jspecify.annotations.NullMarked;
