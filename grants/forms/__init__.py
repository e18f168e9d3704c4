"""What applicants fill in. Staff's forms are in `grants.casework`."""
