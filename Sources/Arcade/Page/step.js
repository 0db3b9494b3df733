// Keeps a player in step with everybody else's: to the place where the server's clock says that it is for all.

/** Up to how far off, in seconds, speed makes up for it; more is a jump. What is left is below what people notice. */
const reach = 0.25;

export class Step {
  constructor() {
    this.forget();
    /** How long a jump takes until the picture is there, in seconds: what the last ones were late by. */
    this.cost = 0;
  }

  /** Another film. */
  forget() { this.jumpedAt = null; }

  /**
   * Brings `media` to `place`, both in seconds, at `now` of the server's clock, in milliseconds. Returns whether it has to be
   * started, which browsers allow only after the person did something.
   */
  keep(media, place, isPlaying, now) {
    const end = media.duration || Infinity;
    const wanted = Math.min(place, end);
    const off = media.currentTime - wanted;
    if (!isPlaying) {
      this.forget();
      if (!media.paused) media.pause();
      if (Math.abs(off) > 0.05) media.currentTime = wanted;
      return false;
    }
    if (Math.abs(off) <= reach) {
      this.forget();
      media.playbackRate = Math.abs(off) < 0.02 ? 1 : 1 - Math.max(-0.1, Math.min(0.1, off * 0.6));
    } else if (this.jumpedAt === null || now - this.jumpedAt >= 1000) {
      // The last jump came too late by this, and the next one aims as much further.
      if (this.jumpedAt !== null && off < 0) this.cost = Math.min(1, this.cost - off);
      this.jumpedAt = now;
      media.playbackRate = 1;
      media.currentTime = Math.min(wanted + (media.paused ? 0 : this.cost), end);
    }
    return media.paused && wanted < end;
  }
}
