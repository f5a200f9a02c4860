"""What staff hear when they ask for help, change the language, or say something that is no command."""
