"""The parts of Torture/run."""
