"""What is measured, a module for each suite; `python bench SUITE` calls its main()."""
