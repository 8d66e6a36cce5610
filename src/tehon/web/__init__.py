"""Pages in the browser: two models' answers judged blind, and a talk with a model."""
