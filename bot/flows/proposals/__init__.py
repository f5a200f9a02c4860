"""What a model proposes for a message nobody understood: shown, and taken only when the person says yes."""
