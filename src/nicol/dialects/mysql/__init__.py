"""MySQL and MariaDB: their schemas are read, checked and formatted."""
