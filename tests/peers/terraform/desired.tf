terraform {
  required_providers {
    astra = {
      source = "datastax/astra"
    }
  }
}
resource "astra_database" "orders" {
  name                = "orders"
  keyspace            = "shop"
  cloud_provider      = "aws"
  regions             = ["us-east-2"]
  deletion_protection = false
}
resource "astra_keyspace" "second" {
  database_id = astra_database.orders.id
  name        = "second"
}
resource "astra_access_list" "list" {
  database_id = astra_database.orders.id
  enabled     = true
  addresses {
    address     = "10.0.0.1/32"
    description = "home"
    enabled     = true
  }
}
resource "astra_role" "reader" {
  role_name   = "reader"
  description = "home"
  effect      = "allow"
  resources   = ["drn:astra:org:*"]
  policy      = ["org-db-view"]
}
resource "astra_pcu_group" "group" {
  title               = "analytics"
  description         = "home"
  cloud_provider      = "AWS"
  region              = "us-east-2"
  min_capacity        = 1
  max_capacity        = 2
  deletion_protection = false
}
resource "astra_pcu_group_association" "member" {
  pcu_group_id  = astra_pcu_group.group.id
  datacenter_id = "${astra_database.orders.id}-1"
  depends_on    = [astra_keyspace.second, astra_access_list.list]
}
