/**
 * Programs that know nothing of Ringroad, as its users have them; labs run them in processes of
 * their own.
 */
package unmodified;
