/** What stands in the way of an installation, or is worth knowing before it. */
export interface Obstacle {
  /** The step that it stands in the way of, or another one-word topic. */
  about: string;
  /** What is so, and what mends it; no secret. */
  message: string;
}

/** What was found before anything is changed. */
export interface Findings {
  /** Nothing is done while there is one. */
  obstacles: Obstacle[];
  /** The installation works without, for now. */
  notes: Obstacle[];
}
